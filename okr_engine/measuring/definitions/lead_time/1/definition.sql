-- How long the waits served in the period took, in calendar days.
WITH served AS (
    SELECT
        CASE $by WHEN 'unit' THEN unit_id WHEN 'area' THEN area_id WHEN 'service_class' THEN service_class ELSE '' END AS grp,
        DATE_DIFF('day', start_date_local, end_date_local) AS days
    FROM waiting_episode
    WHERE end_date_local >= $first_day
        AND end_date_local <= $last_day
        AND end_date_local <= $as_of_day
        AND COALESCE(end_reason, 'SERVED') = 'SERVED'
        AND ($service_class = '' OR service_class = $service_class)
        AND ($unit = '' OR unit_id = $unit)
),

ranked AS (
    SELECT
        grp,
        days,
        ROW_NUMBER() OVER (PARTITION BY grp ORDER BY days) AS place,
        COUNT(*) OVER (PARTITION BY grp) AS places
    FROM served
    WHERE days >= 0
),

-- The middle value, or the mean of the two in the middle; the 90th percentile by the nearest rank.
summed AS (
    SELECT
        grp,
        COUNT(*) AS n,
        COUNT(CASE WHEN days <= $target_days THEN 1 END) AS within_target,
        AVG(CASE WHEN 2 * place >= places AND 2 * place <= places + 2 THEN days END) AS median,
        MIN(CASE WHEN 10 * place >= 9 * places THEN days END) AS p90
    FROM ranked
    GROUP BY grp
),

backwards AS (
    SELECT grp, COUNT(*) AS number
    FROM served
    WHERE days < 0
    GROUP BY grp
)

SELECT
    COALESCE(summed.grp, backwards.grp) AS grp,
    100 AS times,
    CASE WHEN $statistic = 'within_target' THEN within_target END AS numerator,
    CASE WHEN $statistic = 'within_target' THEN n END AS denominator,
    CASE WHEN $statistic = 'median' THEN median WHEN $statistic = 'p90' THEN p90 END AS value,
    n,
    median AS counted_median,
    p90 AS counted_p90,
    within_target AS counted_within_target,
    COALESCE(backwards.number, 0) AS excluded_ends_before_start
FROM summed
FULL JOIN backwards ON backwards.grp = summed.grp
ORDER BY 1
