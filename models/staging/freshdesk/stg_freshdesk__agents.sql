{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}
{%- set table = {
    'airbyte': 'agents', 'api': 'api_agents'
}[var('freshdesk_layout')] %}
{%- set stamp = {
    'airbyte': '_airbyte_extracted_at', 'api': 'updated_at'
}[var('freshdesk_layout')] %}

-- Grain: one row of the raw table; an agent has one row per loaded version.
-- Agents and contacts share one range of ids: the id of an agent is the user_id
-- of what the agent writes.

with

source as (

    select * from {{ source('freshdesk', table) }}

),

renamed as (

    select

        ---------- ids
        nullif(trim(cast(id as {{ dbt.type_string() }})), '') as agent_id,

        ---------- strings
        {{ small_letters('nullif(trim(' ~ json_text('contact', 'email') ~ "), '')") }}
            as email,

        ---------- timestamps
        {{ utc_timestamp('created_at') }} as created_at,
        {{ utc_timestamp('updated_at') }} as updated_at,
        {{ utc_timestamp(stamp) }} as loaded_at

    from source

),

judged as (

    select
        renamed.*,
        case when agent_id is null then 'missing_id' end as quarantine_reason

    from renamed

)

select * from judged
