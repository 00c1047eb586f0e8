-- Returns to emergency care within the window, among emergency episodes that ended at home in the period.
WITH registrations AS (
    SELECT
        source_event_id,
        person_key,
        CASE $by WHEN 'unit' THEN unit_id WHEN 'area' THEN area_id ELSE '' END AS grp,
        unit_id,
        area_id,
        COALESCE(planned, FALSE) AS planned,
        COALESCE(disposition, 'UNKNOWN') AS disposition,
        arrival_ts_utc AS arrival,
        CASE WHEN departure_ts_utc <= $as_of THEN departure_ts_utc END AS departure,
        CASE
            WHEN COALESCE(status, 'finished') NOT IN ('finished', 'in_progress') THEN 'not_held'
            WHEN person_key IS NULL OR person_key = '' THEN 'unlinkable'
            WHEN departure_ts_utc < arrival_ts_utc THEN 'ends_before_start'
            WHEN departure_ts_utc > arrival_ts_utc + INTERVAL '1' DAY * $longest_days THEN 'too_long'
        END AS problem
    FROM visit
    WHERE kind = 'ED'
        AND arrival_ts_utc <= $as_of
        AND (
            $whole
            OR (
                -- An episode is at most longest_days long, so everything that bears on one of the period starts after this.
                arrival_ts_utc >= $from_moment
                    - INTERVAL '1' DAY * (2 * $longest_days) - INTERVAL '1' HOUR * ($window_hours + $merge_gap_hours)
                AND arrival_ts_utc < $to_moment + INTERVAL '1' HOUR * ($window_hours + $merge_gap_hours)
            )
        )
),

-- Registrations are linked where they are the same person's, at the same place if returns elsewhere do not count.
linkable AS (
    SELECT
        *,
        CASE
            WHEN problem IS NOT NULL THEN NULL
            WHEN $site = 'same_unit' THEN person_key || ' ' || unit_id
            WHEN $site = 'same_area' THEN person_key || ' ' || COALESCE(area_id, '')
            ELSE person_key
        END AS link
    FROM registrations
),

reaches AS (
    SELECT
        *,
        COALESCE(departure, arrival) AS until,
        MAX(COALESCE(departure, arrival)) OVER (
            PARTITION BY link ORDER BY arrival, COALESCE(departure, arrival), source_event_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reached
    FROM linkable
),

-- A registration inside an earlier one adds nothing; among the others the last of an episode is the last to end.
steps AS (
    SELECT
        *,
        CASE
            WHEN reached IS NULL OR arrival > reached + INTERVAL '1' HOUR * $merge_gap_hours THEN 1 ELSE 0
        END AS begins
    FROM reaches
    WHERE problem IS NOT NULL OR reached IS NULL OR until >= reached
),

followed AS (
    SELECT
        *,
        LEAD(begins) OVER (PARTITION BY link ORDER BY arrival, until, source_event_id) AS next_begins,
        MAX(CASE WHEN begins = 1 THEN arrival END) OVER (
            PARTITION BY link ORDER BY arrival, until, source_event_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS began,
        MIN(CASE WHEN begins = 1 AND NOT planned THEN arrival END) OVER (
            PARTITION BY link ORDER BY arrival, until, source_event_id
            ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS next_arrival
    FROM steps
),

-- An episode belongs to the period in which it ended, what is left out to that in which it began.
episodes AS (
    SELECT
        grp,
        person_key,
        unit_id,
        CASE WHEN $clock_start = 'arrival' THEN began ELSE departure END + INTERVAL '1' HOUR * $window_hours AS closes,
        next_arrival,
        CASE
            WHEN problem IS NOT NULL THEN problem
            WHEN departure IS NULL THEN 'without_departure'
            WHEN departure > began + INTERVAL '1' DAY * $longest_days THEN 'too_long'
            WHEN disposition = 'UNKNOWN' THEN 'disposition_unknown'
            WHEN disposition = 'HOME' OR (disposition = 'LWBS' AND $include_left) THEN 'index'
            ELSE 'ended_elsewhere'
        END AS role
    FROM followed
    WHERE CASE
        WHEN problem IS NOT NULL OR departure IS NULL THEN arrival >= $from_moment AND arrival < $to_moment
        ELSE COALESCE(next_begins, 1) = 1 AND departure >= $from_moment AND departure < $to_moment
    END
),

facts AS (
    SELECT
        grp,
        unit_id,
        person_key,
        CASE WHEN role = 'index' AND closes > $as_of THEN 'pending' ELSE role END AS role,
        next_arrival <= closes AS returned
    FROM episodes
)

SELECT
    grp,
    100 AS times,
    CASE
        WHEN $count = 'persons' THEN COUNT(DISTINCT CASE WHEN $count = 'persons' AND role = 'index' AND returned THEN person_key END)
        ELSE COUNT(CASE WHEN role = 'index' AND returned THEN 1 END)
    END AS numerator,
    CASE
        WHEN $count = 'persons' THEN COUNT(DISTINCT CASE WHEN $count = 'persons' AND role = 'index' THEN person_key END)
        ELSE COUNT(CASE WHEN role = 'index' THEN 1 END)
    END AS denominator,
    COUNT(CASE WHEN role = 'pending' THEN 1 END) AS pending,
    COUNT(CASE WHEN role = 'ended_elsewhere' THEN 1 END) AS counted_ended_elsewhere,
    COUNT(CASE WHEN role = 'disposition_unknown' THEN 1 END) AS excluded_disposition_unknown,
    COUNT(CASE WHEN role = 'unlinkable' THEN 1 END) AS excluded_unlinkable,
    COUNT(CASE WHEN role = 'not_held' THEN 1 END) AS excluded_not_held,
    COUNT(CASE WHEN role = 'ends_before_start' THEN 1 END) AS excluded_ends_before_start,
    COUNT(CASE WHEN role = 'too_long' THEN 1 END) AS excluded_too_long,
    COUNT(CASE WHEN role = 'without_departure' THEN 1 END) AS excluded_without_departure
FROM facts
WHERE $unit = '' OR unit_id = $unit
GROUP BY grp
ORDER BY grp
