{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id']
) }}

-- Grain: one conversation with tool calls and one signal in them. Counts are
-- ln(1 + n). A change is a call of a tool that, by its name, changes something
-- (var changing_tool_names); the rest only looks things up.

with

confidence_messages as (

    select * from {{ ref('int_confidence_messages') }}

),

tool_calls as (

    select * from {{ ref('int_conversation_tool_calls') }}

),

transcripts as (

    select conversation_id

    from confidence_messages

    group by 1

),

last_changes as (

    select
        conversation_id,
        max(call_number) as last_change_number

    from tool_calls

    where is_changing

    group by 1

),

call_counts as (

    select
        tool_calls.conversation_id,
        count(*) as call_count,
        count(case when tool_calls.is_error then 1 end) as error_count,
        count(case when tool_calls.is_repeated then 1 end) as repeated_count,
        count(
            case
                when tool_calls.is_changing and not tool_calls.is_error then 1
            end
        ) as change_count,
        max(
            case
                when
                    tool_calls.call_number = last_changes.last_change_number
                    and tool_calls.is_error
                    then 1
                else 0
            end
        ) as is_last_change_failed,
        max(tool_calls.started_at) as shown_at

    from tool_calls

    inner join transcripts
        on tool_calls.conversation_id = transcripts.conversation_id

    left join last_changes
        on tool_calls.conversation_id = last_changes.conversation_id

    group by 1

),

tool_measures as (
    {% for signal, value in {
        'tool_call_count': 'ln(1 + call_count)',
        'tool_error_count': 'ln(1 + error_count)',
        'repeated_tool_calls': 'ln(1 + repeated_count)',
        'change_count': 'ln(1 + change_count)',
        'nothing_changed': 'case when change_count = 0 then 1 else 0 end',
        'last_change_failed': 'is_last_change_failed',
    }.items() %}
    select
        conversation_id,
        '{{ signal }}' as signal,
        cast({{ value }} as {{ type_double() }}) as signal_value,
        shown_at

    from call_counts
    {{- "\n\n    union all" if not loop.last }}
    {% endfor %}
),

tool_signals as (

    select
        conversation_id,
        signal,
        signal_value,
        cast(null as {{ dbt.type_string() }}) as message_id,
        shown_at

    from tool_measures

    where signal_value <> 0

)

select * from tool_signals
