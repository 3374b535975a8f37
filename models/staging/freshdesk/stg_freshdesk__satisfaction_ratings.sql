{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}
{%- set table = {
    'airbyte': 'satisfaction_ratings', 'api': 'api_satisfaction_ratings'
}[var('freshdesk_layout')] %}
{%- set stamp = {
    'airbyte': '_airbyte_extracted_at', 'api': 'updated_at'
}[var('freshdesk_layout')] %}
{%- set columns = {
    'id': 'string',
    'ticket_id': 'string',
    'ratings': 'string',
    'created_at': 'timestamp',
    'updated_at': 'timestamp',
    stamp: 'timestamp',
} %}

-- Grain: one row of the raw table; an answered survey has one row per loaded
-- version. Of its questions only the default one is read: the others are the
-- company's own. What the customer wrote with it is not read.

with

source as (

    select * from {{ optional_source('freshdesk', table, columns) }}

),

unpacked as (

    select
        *,
        -- an object, or (Singer) an array of question and value
        {{ json_object_of_pairs('ratings', 'question', 'value') }}
            as ratings_json

    from source

),

renamed as (

    select

        ---------- ids
        nullif(trim(cast(id as {{ dbt.type_string() }})), '') as rating_id,
        nullif(trim(cast(ticket_id as {{ dbt.type_string() }})), '')
            as ticket_id,

        ---------- strings
        {{ text_replace(
            json_text('ratings_json', 'default_question'), '[.]0+$', ''
        ) }} as score_raw,

        ---------- timestamps
        {{ utc_timestamp('created_at') }} as answered_at,
        {{ utc_timestamp('updated_at') }} as updated_at,
        {{ utc_timestamp(stamp) }} as loaded_at

    from unpacked

    {{ computed_once() }}

),

scored as (

    select
        renamed.*,
        -- a signed scale: 100 is neutral, not a hundred per cent
        case
            when score_raw in ('101', '102', '103') then 1
            when score_raw = '100' then 0
            when score_raw in ('-101', '-102', '-103') then -1
        end as score

    from renamed

),

judged as (

    select
        scored.*,
        case
            when rating_id is null then 'missing_id'
            when ticket_id is null then 'missing_parent'
            when answered_at is null then 'unreadable_time'
            when answered_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                then 'time_after_load'
            when score is null then 'unreadable_score'
        end as quarantine_reason

    from scored

)

select * from judged
where {{ is_remembered('freshdesk', {'ticket_id': 'ticket'}) }}
