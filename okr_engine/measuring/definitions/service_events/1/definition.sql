-- Service events of the period: how many, or how many for each client.
WITH held AS (
    SELECT
        CASE $by
            WHEN 'unit' THEN unit_id
            WHEN 'area' THEN area_id
            WHEN 'segment' THEN segment
            WHEN 'contact_kind' THEN contact_kind
            WHEN 'profession' THEN profession
            ELSE ''
        END AS grp,
        unit_id,
        person_key,
        CASE
            WHEN $one_event = 'service_event' AND service_event_oid IS NOT NULL THEN 'oid:' || service_event_oid
            WHEN $one_event <> 'registration' AND person_key IS NOT NULL AND start_ts_utc IS NOT NULL
                THEN 'met:' || person_key || ':' || unit_id || ':' || CAST(start_ts_utc AS VARCHAR) || ':' || COALESCE(contact_kind, '')
            ELSE 'row:' || source_system || ':' || source_event_id
        END AS event_key,
        CASE
            WHEN COALESCE(status, 'finished') <> 'finished' THEN 'not_held'
            WHEN contact_kind IN ('without_contact', 'R72') AND NOT $include_without_contact THEN 'without_contact'
            WHEN contact_kind IN ('between_professionals', 'R60') AND NOT $include_between_professionals THEN 'between_professionals'
            WHEN $per = 'client' AND person_key IS NULL THEN 'unlinkable'
        END AS problem
    FROM service_event
    WHERE start_date_local >= $first_day
        AND start_date_local <= $last_day
        AND start_date_local <= $as_of_day
        AND ($unit = '' OR unit_id = $unit)
        AND ($segment = '' OR segment = $segment)
)

SELECT
    grp,
    1 AS times,
    COUNT(DISTINCT CASE WHEN problem IS NULL THEN event_key END) AS numerator,
    CASE
        WHEN $per = 'client' THEN COUNT(DISTINCT CASE WHEN $per = 'client' AND problem IS NULL THEN person_key END)
    END AS denominator,
    COUNT(DISTINCT CASE WHEN problem IS NULL THEN event_key END) AS n,
    COUNT(CASE WHEN problem IS NULL THEN 1 END) AS counted_registrations,
    COUNT(CASE WHEN problem = 'not_held' THEN 1 END) AS excluded_not_held,
    COUNT(CASE WHEN problem = 'without_contact' THEN 1 END) AS excluded_without_contact,
    COUNT(CASE WHEN problem = 'between_professionals' THEN 1 END) AS excluded_between_professionals,
    COUNT(CASE WHEN problem = 'unlinkable' THEN 1 END) AS excluded_unlinkable
FROM held
GROUP BY grp
ORDER BY grp
