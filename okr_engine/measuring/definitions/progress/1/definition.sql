-- Progress of work: the newest observation of the indicator that ends in the period, for each area.
WITH told AS (
    SELECT
        CASE $by WHEN 'unit' THEN area_id ELSE '' END AS grp,
        value,
        numerator,
        denominator,
        ROW_NUMBER() OVER (
            PARTITION BY area_id
            ORDER BY period_end DESC, period_start DESC, COALESCE(published_at, loaded_at) DESC NULLS LAST, source
        ) AS place
    FROM observation
    WHERE indicator = $indicator
        AND period_end >= $first_day
        AND period_end <= $last_day
        AND ($unit = '' OR area_id = $unit)
        AND (published_at IS NULL OR published_at <= $as_of)
)

-- Percentages of several areas cannot be put together without what they are percentages of.
SELECT
    grp,
    100 AS times,
    SUM(CASE WHEN denominator > 0 THEN numerator END) AS numerator,
    SUM(CASE WHEN numerator IS NOT NULL AND denominator > 0 THEN denominator END) AS denominator,
    CASE WHEN COUNT(*) = 1 AND MAX(denominator) IS NULL THEN MAX(value) END AS value,
    COUNT(CASE WHEN numerator IS NOT NULL AND denominator > 0 THEN 1 END)
        + CASE WHEN COUNT(*) = 1 AND MAX(denominator) IS NULL AND MAX(value) IS NOT NULL THEN 1 ELSE 0 END AS n,
    COUNT(CASE WHEN numerator IS NULL OR denominator IS NULL OR denominator <= 0 THEN 1 END)
        - CASE WHEN COUNT(*) = 1 AND MAX(denominator) IS NULL AND MAX(value) IS NOT NULL THEN 1 ELSE 0 END
        AS excluded_without_denominator
FROM told
WHERE place = 1
GROUP BY grp
ORDER BY grp
