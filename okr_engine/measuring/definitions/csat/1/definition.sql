-- Satisfaction: the share of the best answers, or the mean answer.
WITH answers AS (
    SELECT
        CASE $by WHEN 'unit' THEN unit_id WHEN 'area' THEN area_id WHEN 'survey' THEN survey_id ELSE '' END AS grp,
        value,
        CASE
            WHEN value IS NULL THEN 'blank'
            WHEN COALESCE(scale_min, 1) <> 1 OR COALESCE(scale_max, $scale_max) <> $scale_max THEN 'other_scale'
            WHEN value < 1 OR value > $scale_max THEN 'out_of_range'
        END AS problem
    FROM survey_response
    WHERE metric = 'CSAT'
        AND answered_date_local >= $first_day
        AND answered_date_local <= $last_day
        AND answered_date_local <= $as_of_day
        AND ($unit = '' OR unit_id = $unit)
        AND ($survey = '' OR survey_id = $survey)
),

-- How many were asked is an observation of the unit, where somebody has told it.
facts AS (
    SELECT grp, value, problem, 1 AS answer, CAST(NULL AS DECIMAL(24, 8)) AS invited
    FROM answers
    UNION ALL
    SELECT CASE $by WHEN 'unit' THEN area_id ELSE '' END, NULL, 'invited', 0, value
    FROM observation
    WHERE indicator = $invited_indicator
        AND period_start >= $first_day
        AND period_end <= $last_day
        AND ($unit = '' OR area_id = $unit)
        AND $by IN ('none', 'unit')
)

SELECT
    grp,
    CASE WHEN $method = 'mean' THEN 1 ELSE 100 END AS times,
    CASE
        WHEN $method = 'mean' THEN SUM(CASE WHEN problem IS NULL THEN value ELSE 0 END)
        ELSE COUNT(CASE WHEN problem IS NULL AND value >= $satisfied_from THEN 1 END)
    END AS numerator,
    COUNT(CASE WHEN problem IS NULL THEN 1 END) AS denominator,
    COUNT(CASE WHEN problem IS NULL AND value >= $satisfied_from THEN 1 END) AS counted_satisfied,
    COUNT(CASE WHEN problem IS NULL THEN 1 END) AS n,
    SUM(answer) AS counted_responses,
    SUM(invited) AS counted_invited,
    COUNT(CASE WHEN problem = 'blank' THEN 1 END) AS excluded_blank,
    COUNT(CASE WHEN problem = 'out_of_range' THEN 1 END) AS excluded_out_of_range,
    COUNT(CASE WHEN problem = 'other_scale' THEN 1 END) AS excluded_other_scale
FROM facts
GROUP BY grp
ORDER BY grp
