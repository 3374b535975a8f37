{{ config(
    enabled = 'zendesk' in var('ticket_sources')
        and var('zendesk_layout') == 'airbyte'
) }}

-- Grain: one row of the raw table; a rating has one row per load. `score` is a
-- word ('offered', 'good', 'bad'), whatever the connector's schema says.
{%- set columns = {
    'id': 'string',
    'ticket_id': 'string',
    'score': 'string',
    'created_at': 'timestamp',
    'updated_at': 'timestamp',
    '_airbyte_extracted_at': 'timestamp',
} %}

with

source as (

    select *
    from {{ optional_source('zendesk', 'satisfaction_ratings', columns) }}

),

renamed as (

    select

        ---------- ids
        nullif(trim(cast(id as {{ dbt.type_string() }})), '') as rating_id,
        nullif(trim(cast(ticket_id as {{ dbt.type_string() }})), '')
            as ticket_id,

        ---------- strings
        lower(nullif(trim(cast(score as {{ dbt.type_string() }})), ''))
            as score,

        ---------- timestamps
        {{ utc_timestamp('created_at') }} as created_at,
        coalesce(
            {{ utc_timestamp('updated_at') }}, {{ utc_timestamp('created_at') }}
        ) as updated_at,
        {{ utc_timestamp('_airbyte_extracted_at') }} as loaded_at

    from source

    {{ computed_once() }}

),

judged as (

    select
        renamed.*,
        case
            when rating_id is null then 'missing_id'
            when ticket_id is null then 'missing_parent'
            when created_at is null then 'unreadable_time'
            when
                created_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                or updated_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                then 'time_after_load'
            when score is null then 'unreadable_score'
        end as quarantine_reason

    from renamed

)

select * from judged
where {{ is_remembered('zendesk', {'ticket_id': 'ticket'}) }}
