-- Net promoter score: the share of answers 9 and 10 less the share of answers 0 to 6.
WITH answers AS (
    SELECT
        CASE $by WHEN 'unit' THEN unit_id WHEN 'area' THEN area_id WHEN 'survey' THEN survey_id ELSE '' END AS grp,
        value,
        CASE
            WHEN value IS NULL THEN 'blank'
            WHEN value < 0 OR value > 10 OR value <> FLOOR(value) THEN 'out_of_range'
        END AS problem
    FROM survey_response
    WHERE metric = 'NPS'
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
    100 AS times,
    COUNT(CASE WHEN problem IS NULL AND value >= 9 THEN 1 END)
        - COUNT(CASE WHEN problem IS NULL AND value <= 6 THEN 1 END) AS numerator,
    COUNT(CASE WHEN problem IS NULL THEN 1 END) AS denominator,
    COUNT(CASE WHEN problem IS NULL AND value >= 9 THEN 1 END) AS counted_promoters,
    COUNT(CASE WHEN problem IS NULL AND value > 6 AND value < 9 THEN 1 END) AS counted_passives,
    COUNT(CASE WHEN problem IS NULL AND value <= 6 THEN 1 END) AS counted_detractors,
    COUNT(CASE WHEN problem IS NULL THEN 1 END) AS n,
    SUM(answer) AS counted_responses,
    SUM(invited) AS counted_invited,
    COUNT(CASE WHEN problem = 'blank' THEN 1 END) AS excluded_blank,
    COUNT(CASE WHEN problem = 'out_of_range' THEN 1 END) AS excluded_out_of_range
FROM facts
GROUP BY grp
ORDER BY grp
