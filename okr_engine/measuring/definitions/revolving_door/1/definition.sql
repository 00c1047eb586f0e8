-- Returns to emergency care within the window, among emergency episodes that ended at home in the period.
WITH registrations AS (
    SELECT
        source_event_id,
        person_key,
        CASE $by WHEN 'unit' THEN unit_id WHEN 'area' THEN area_id ELSE '' END AS grp,
        CASE $site WHEN 'same_unit' THEN unit_id WHEN 'same_area' THEN area_id END AS site,
        unit_id,
        COALESCE(planned, FALSE) AS planned,
        COALESCE(disposition, 'UNKNOWN') AS disposition,
        arrival_ts_utc AS arrival,
        CASE WHEN departure_ts_utc <= $as_of THEN departure_ts_utc END AS departure,
        CASE WHEN departure_ts_utc <= $as_of THEN departure_ts_utc ELSE arrival_ts_utc END AS until,
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
                -- What bears on an episode of the period ends at most longest_days before it, and begins as long before that.
                arrival_ts_utc >= $from_moment
                    - INTERVAL '1' DAY * (2 * $longest_days) - INTERVAL '1' HOUR * $merge_gap_hours
                AND (
                    arrival_ts_utc >= $from_moment - INTERVAL '1' DAY * $longest_days - INTERVAL '1' HOUR * $merge_gap_hours
                    OR departure_ts_utc >= $from_moment - INTERVAL '1' DAY * $longest_days - INTERVAL '1' HOUR * $merge_gap_hours
                )
                AND arrival_ts_utc < $to_moment + INTERVAL '1' HOUR * ($window_hours + $merge_gap_hours)
            )
        )
),

-- Registrations follow each other within one history: those of a person, at the site if it is asked about.
told AS (
    SELECT
        *,
        CASE
            WHEN problem IS NOT NULL THEN NULL
            WHEN $site = 'any' THEN person_key
            ELSE person_key || ' ' || COALESCE(site, '')
        END AS history
    FROM registrations
),

reaches AS (
    SELECT
        *,
        ROW_NUMBER() OVER (PARTITION BY history ORDER BY arrival, until, source_event_id) AS place,
        MAX(until) OVER (
            PARTITION BY history ORDER BY arrival, until, source_event_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reached
    FROM told
),

-- A registration inside an earlier one adds nothing; among the others the last of an episode is the last to end.
steps AS (
    SELECT
        *,
        reached IS NULL OR arrival > reached + INTERVAL '1' HOUR * $merge_gap_hours AS begins
    FROM reaches
    WHERE problem IS NOT NULL OR reached IS NULL OR until >= reached
),

followed AS (
    SELECT
        *,
        LEAD(begins) OVER (PARTITION BY history ORDER BY place) AS next_begins,
        MAX(CASE WHEN begins THEN arrival END) OVER (
            PARTITION BY history ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS began,
        MIN(CASE WHEN begins AND NOT planned THEN arrival END) OVER (
            PARTITION BY history ORDER BY place ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
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
        ELSE COALESCE(next_begins, TRUE) AND departure >= $from_moment AND departure < $to_moment
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
