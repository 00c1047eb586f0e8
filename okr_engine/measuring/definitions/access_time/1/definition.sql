-- Waits served within the statutory time limit: of those whose limit ran out in the period, or of those served in it.
WITH waits AS (
    SELECT
        w.unit_id,
        CASE $by
            WHEN 'unit' THEN w.unit_id
            WHEN 'area' THEN w.area_id
            WHEN 'service_class' THEN w.service_class
            WHEN 'rule' THEN d.rule_id
            ELSE ''
        END AS grp,
        w.start_date_local AS began,
        CASE WHEN w.end_date_local <= $as_of_day THEN w.end_date_local END AS ended,
        COALESCE(w.end_reason, 'SERVED') = 'SERVED' AS served,
        d.deadline_date AS deadline,
        CASE
            WHEN w.end_date_local < w.start_date_local THEN 'ends_before_start'
            WHEN COALESCE(d.standing, 'no_limit') = 'no_limit' THEN 'no_limit'
            WHEN d.standing = 'age_unknown' THEN 'age_unknown'
            WHEN COALESCE(w.medical_timing, FALSE) AND NOT $include_medically_timed THEN 'medically_timed'
            WHEN d.standing = 'unverified' AND NOT $include_unverified THEN 'limit_unverified'
        END AS problem
    FROM waiting_episode AS w
    LEFT JOIN deadline AS d
        ON d.service_class = w.service_class
        AND d.start_date = w.start_date_local
        AND COALESCE(w.age_at_start, -1) BETWEEN d.age_min AND d.age_max
    WHERE ($service_class = '' OR w.service_class = $service_class)
        AND w.start_date_local <= $last_day
        AND w.start_date_local <= $as_of_day
),

-- What cannot be judged belongs to the period in which it would have been: by its end if that is what counts, else by its start.
facts AS (
    SELECT
        unit_id,
        grp,
        CASE
            WHEN problem IS NOT NULL THEN problem
            WHEN $basis = 'completed' THEN CASE WHEN ended <= deadline THEN 'met' ELSE 'served_late' END
            WHEN served AND ended <= deadline THEN 'met'
            WHEN ended <= deadline THEN 'withdrawn'
            WHEN served AND ended > deadline THEN 'served_late'
            WHEN ended > deadline THEN 'withdrawn_late'
            WHEN deadline >= $as_of_day THEN 'pending'
            ELSE 'still_waiting'
        END AS role
    FROM waits
    WHERE CASE
        WHEN $basis = 'completed' THEN served AND ended >= $first_day AND ended <= $last_day
        WHEN deadline IS NULL OR problem = 'ends_before_start' THEN began >= $first_day AND began <= $last_day
        ELSE deadline >= $first_day AND deadline <= $last_day
    END
)

SELECT
    grp,
    100 AS times,
    COUNT(CASE WHEN role = 'met' THEN 1 END) AS numerator,
    COUNT(CASE WHEN role IN ('met', 'served_late', 'withdrawn_late', 'still_waiting') THEN 1 END) AS denominator,
    COUNT(CASE WHEN role = 'pending' THEN 1 END) AS pending,
    COUNT(CASE WHEN role = 'served_late' THEN 1 END) AS counted_served_late,
    COUNT(CASE WHEN role = 'withdrawn_late' THEN 1 END) AS counted_withdrawn_late,
    COUNT(CASE WHEN role = 'still_waiting' THEN 1 END) AS counted_still_waiting,
    COUNT(CASE WHEN role = 'withdrawn' THEN 1 END) AS counted_withdrawn,
    COUNT(CASE WHEN role = 'no_limit' THEN 1 END) AS excluded_no_limit,
    COUNT(CASE WHEN role = 'limit_unverified' THEN 1 END) AS excluded_limit_unverified,
    COUNT(CASE WHEN role = 'age_unknown' THEN 1 END) AS excluded_age_unknown,
    COUNT(CASE WHEN role = 'medically_timed' THEN 1 END) AS excluded_medically_timed,
    COUNT(CASE WHEN role = 'ends_before_start' THEN 1 END) AS excluded_ends_before_start
FROM facts
WHERE $unit = '' OR unit_id = $unit
GROUP BY grp
ORDER BY grp
