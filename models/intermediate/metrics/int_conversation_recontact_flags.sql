{{ config(slice_by = 'conversation_id', changes_by = ['conversation_id']) }}

-- Grain: one conversation that counts in re-contact rates; its three windows
-- side by side.

with

recontacts as (

    select * from {{ ref('int_recontacts') }}

),

conversation_recontact_flags as (

    select
        conversation_id,
        {%- for hours in [24, 72, 168] %}
        max(
            case when window_hours = {{ hours }} and is_mature then 1 else 0 end
        ) = 1 as is_mature_{{ hours }}h,
        max(
            case
                when window_hours = {{ hours }} and is_mature and has_recontact
                    then 1
                else 0
            end
        ) = 1 as has_recontact_{{ hours }}h,
        {%- endfor %}
        max(
            case
                when
                    window_hours = {{ var('recontact_window_hours') }}
                    and is_mature
                    then 1
                else 0
            end
        ) = 1 as is_mature,
        max(
            case
                when
                    window_hours = {{ var('recontact_window_hours') }}
                    and is_mature
                    and has_recontact
                    then 1
                else 0
            end
        ) = 1 as has_recontact,
        max(
            case
                when
                    window_hours = {{ var('recontact_window_hours') }}
                    and is_mature
                    and has_strict_recontact
                    then 1
                else 0
            end
        ) = 1 as has_strict_recontact,
        max(
            case
                when
                    window_hours = {{ var('recontact_window_hours') }}
                    and is_mature
                    and has_any_recontact
                    then 1
                else 0
            end
        ) = 1 as has_any_recontact,
        max(
            case
                when
                    window_hours = {{ var('recontact_window_hours') }}
                    and is_mature
                    and has_recontact
                    then time_to_recontact_seconds
            end
        ) as time_to_recontact_seconds

    from recontacts

    group by 1

)

select * from conversation_recontact_flags
