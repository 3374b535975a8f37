{{ config(enabled = 'braintrust' in var('trace_sources')) }}

-- Grain: one span in its newest version: the one with the highest transaction.
-- Transactions are numbers of 19 digits: as text 99 comes after 100, and a float
-- loses the last digits.
{%- set contents = [
    'run_id', 'span_id', 'parent_span_id', 'span_name', 'span_type',
    'session_ref', 'ticket_ref', 'customer_external_id', 'customer_email',
    'customer_anonymous_id', 'agent_name', 'agent_version', 'logged_input',
    'logged_output', 'scores_json', 'classifications_json', 'input_tokens',
    'output_tokens', 'cost_usd', 'is_error', 'is_test', 'started_at',
    'ended_at', 'loaded_at',
] %}

with

logs as (

    select * from {{ ref('stg_braintrust__logs') }}

),

versions as (

    select
        *,
        row_number() over (
            partition by source_row_id
            order by
                coalesce({{ try_cast('transaction_id', 'numeric(38, 0)') }}, 0)
                    desc,
                {{ row_fingerprint(contents) }} desc
        ) as version_number

    from logs

    where quarantine_reason is null

),

spans as (

    select * from versions
    where version_number = 1

)

select * from spans
