{% set user_id = configured_field('id') -%}
{{ config(
    enabled = 'zendesk' in var('ticket_sources')
        and var('zendesk_layout') == 'fivetran',
    raw_keys = {'user_id': user_id}
) }}

-- Grain: one row of the raw table; a user has one row per loaded version.
-- Time zones are left out: `time_zone` holds names that only Rails knows.

with

source as (

    select * from {{ source('zendesk', 'user') }}

),

renamed as (

    select

        ---------- ids
        {{ user_id }} as user_id,
        -- a free text, although some loaders type it as a number
        {{ configured_field(var('zendesk_customer_id')) }} as external_id,

        ---------- strings
        {{ small_letters("nullif(trim(email), '')") }} as email,
        lower(nullif(trim(role), '')) as user_role,

        ---------- booleans
        coalesce(
            {{ optional_column('zendesk', 'user', 'suspended', 'boolean') }},
            false
        ) as is_suspended,

        ---------- timestamps
        {{ utc_timestamp('created_at') }} as created_at,
        {{ utc_timestamp('updated_at') }} as updated_at,
        {{ utc_timestamp('_fivetran_synced') }} as loaded_at

    from source

    {{ computed_once() }}

),

judged as (

    -- a user says who wrote and decides no time: only the id must be there
    select
        renamed.*,
        case when user_id is null then 'missing_id' end as quarantine_reason

    from renamed

)

select * from judged
where {{ is_remembered('zendesk', {
    'user_id': 'person', 'email': 'key', 'external_id': 'key',
}) }}
