-- The five metrics per intent and week, and deflection, straight from the raw
-- tables of Langfuse (legacy), Zendesk (Fivetran) and Mixpanel (Fivetran): what
-- one would write for these three tools alone, with no layer, no test and no
-- way to say why a number is what it is. It is what the build is held against,
-- so it takes every short cut that keeps the numbers.
--
-- Expects the variable `seeds` (the folder of the seeds) and the table
-- `intent_terms` (what the build has learned), and leaves `intent_weeks`.
--
-- What it leaves out, since the simulated world has none of it: the other tools
-- and layouts, tickets imported from another help desk, chats pasted as a
-- comment, descriptions without comments, a customer crosswalk, intent
-- overrides, intents that the help desk names, groups of people, payloads of
-- other shapes than the four below. Windows and limits are the defaults.

set timezone = 'UTC';

-- A missing zone means UTC; what is no time is null.
create or replace temp macro utc(value) as
    try_cast(value as timestamptz)::timestamp;

create or replace temp macro folded_id(value) as case
    when regexp_replace(lower(trim(value)), '^[$]device:', '') not in (
        '', 'unknown', 'anonymous', 'guest', 'none', 'null', 'undefined',
        'nan', 'n/a', '0', '-1'
    )
    then regexp_replace(lower(trim(value)), '^[$]device:', '')
end;

-- The words in {"message": ...}, {"output": ...}, {"content": ...} and
-- {"messages": [...]}; anything else is text as it stands.
create or replace temp macro decoded(payload) as case
    when payload[1] = '"' and json_valid(payload)
        then json_extract_string(payload, '$')
    else payload
end;
create or replace temp macro words_in(payload) as case
    when payload[1] = '{' and json_valid(payload) then coalesce(
        json_extract_string(payload, '$.content'),
        json_extract_string(payload, '$.messages[#-1].content'),
        json_extract_string(payload, '$.message'),
        json_extract_string(payload, '$.output')
    )
    else payload
end;

-- A pattern that is known when the query is planned is compiled once.
set variable patterns = (
    select map_from_entries(list((signal, pattern))) from (
        select signal, string_agg('(' || pattern || ')', '|') as pattern
        from read_csv(getvariable('seeds') || '/message_signals.csv')
        group by 1
    )
);
create or replace temp macro shows(text, signal) as
    regexp_matches(text, getvariable('patterns')[signal]);

set variable weights = (
    select map_from_entries(list((signal, weight)))
    from read_csv(getvariable('seeds') || '/confidence_weights.csv')
);
create or replace temp macro weighed(signal, value) as
    coalesce(getvariable('weights')[signal] * value, 0);

create temp table ai_agents as
select author_id::bigint as author_id, author_role
from read_csv(getvariable('seeds') || '/ai_agents.csv', all_varchar = true)
where source_name = 'zendesk';

create temp table actions as
select * from
    read_csv(getvariable('seeds') || '/downstream_actions.csv', all_varchar = true);

-- ------------------------------------------------------------ 1. the AI's runs

create temp table steps as
select
    trace_id as run_id,
    id as step_id,
    parent_observation_id is null as is_root,
    type = 'TOOL' or (type = 'SPAN' and lower(name) like 'tool%') as is_tool,
    name as tool_name,
    level = 'ERROR' as is_error,
    case when is_root or is_tool then nullif(input, '') end as logged_input,
    case when is_root then nullif(output, '') end as logged_output,
    utc(start_time) as started_at,
    utc(end_time) as ended_at
from langfuse.observations
where
    type <> 'EVALUATOR'
    and utc(start_time)
    <= coalesce(utc(updated_at), utc(created_at), utc(start_time)) + interval 1 hour
qualify row_number() over (
    partition by id
    order by coalesce(utc(updated_at), utc(created_at), utc(start_time)) desc
) = 1;

create temp table runs as
with newest as (
    select
        id as run_id,
        coalesce(nullif(trim(session_id), ''), id) as session_id,
        decoded(metadata) as metadata,
        user_id,
        environment in ('test', 'testing', 'staging', 'dev', 'development')
        or environment like 'langfuse-%' as is_test,
        nullif(input, '') as logged_input,
        nullif(output, '') as logged_output,
        utc(timestamp) as started_at
    from langfuse.traces
    where
        trim(id) <> ''
        and utc(timestamp)
        <= coalesce(utc(updated_at), utc(created_at), utc(timestamp)) + interval 1 hour
    qualify row_number() over (
        partition by id
        order by coalesce(utc(updated_at), utc(created_at), utc(timestamp)) desc
    ) = 1
),
around as (
    select
        run_id,
        max(coalesce(ended_at, started_at)) as ended_at,
        arg_min(logged_input, (started_at, step_id)) filter (is_root) as root_input,
        arg_max(logged_output, (started_at, step_id)) filter (is_root) as root_output
    from steps
    group by 1
)
select
    run_id,
    session_id,
    is_test,
    started_at,
    greatest(started_at, ended_at) as ended_at,
    words_in(decoded(coalesce(logged_input, root_input))) as customer_text,
    words_in(decoded(coalesce(logged_output, root_output))) as agent_text,
    case when user_id not like '$device:%' then folded_id(user_id) end as external_id,
    case when user_id like '$device:%' then folded_id(user_id) end as anonymous_id,
    folded_id(json_extract_string(metadata, '$.customer_email')) as email,
    nullif(trim(json_extract_string(metadata, '$.ticket_id')), '') as ticket_ref
from newest
left join around using (run_id);

create temp table sessions as
select
    session_id,
    arg_min(external_id, (started_at, ended_at, run_id)) as external_id,
    arg_min(anonymous_id, (started_at, ended_at, run_id)) as anonymous_id,
    arg_min(email, (started_at, ended_at, run_id)) as email,
    arg_min(ticket_ref, (started_at, ended_at, run_id)) as ticket_ref,
    bool_or(is_test) as is_test,
    min(started_at) as started_at,
    max(ended_at) as ended_at
from runs
group by 1;

-- ----------------------------------------------------------- 2. the help desk

create temp table accounts as
with newest as (
    select
        id as account_id,
        folded_id(external_id) as external_id,
        folded_id(email) as email,
        role,
        coalesce(suspended, false) as is_suspended,
        created_at::timestamp as seen_at
    from zendesk.user
    qualify row_number() over (
        partition by id order by updated_at desc, _fivetran_synced desc
    ) = 1
)
select
    account_id,
    external_id,
    email,
    coalesce(
        author_role,
        case
            when role = 'end-user' then 'customer'
            when role in ('agent', 'admin') then 'human_agent'
            else 'system'
        end
    ) as author_role,
    is_suspended,
    seen_at
from newest
full join ai_agents on account_id = author_id;

create temp table tickets as
with newest as (
    select
        id as ticket_id, requester_id, submitter_id, via_channel, external_id,
        lower(status) as status, merged_ticket_ids, followup_ids,
        via_followup_source_id, _fivetran_deleted,
        created_at::timestamp as created_at,
        coalesce(updated_at, created_at)::timestamp as updated_at
    from zendesk.ticket
    where
        created_at <= _fivetran_synced + interval 1 hour
        and updated_at <= _fivetran_synced + interval 1 hour
    qualify row_number() over (
        partition by id order by updated_at desc, _fivetran_synced desc
    ) = 1
),
tags as (
    select
        ticket_id,
        max(case when tag like 'session:_%' then tag[9:] end) as session_ref,
        bool_or(tag = 'spam') as is_spam,
        bool_or(tag = 'test') as is_test,
        bool_or(tag = 'closed_by_merge') as is_merged
    from (select ticket_id, lower(trim(tag)) as tag from zendesk.ticket_tag)
    group by 1
),
merges as (
    select
        unnest(regexp_extract_all(merged_ticket_ids, '[0-9]+'))::bigint as ticket_id,
        arg_max(ticket_id, updated_at) as merged_into
    from newest
    where merged_ticket_ids <> '[]'
    group by 1
),
follow_ups as (
    select
        unnest(regexp_extract_all(followup_ids, '[0-9]+'))::bigint as ticket_id,
        min(ticket_id) as follow_up_of
    from newest
    where followup_ids <> '[]'
    group by 1
)
select
    ticket_id,
    requester_id,
    requester.external_id,
    requester.email,
    lower(coalesce(tags.session_ref, nullif(trim(newest.external_id), ''))) as session_ref,
    coalesce(merges.merged_into, case when tags.is_merged then -1 end) as merged_into,
    coalesce(via_followup_source_id, follow_ups.follow_up_of) as follow_up_of,
    status in ('solved', 'closed') as is_done,
    status = 'deleted' or coalesce(_fivetran_deleted, false) as is_deleted,
    coalesce(requester.is_suspended or tags.is_spam, tags.is_spam, false) as is_spam,
    coalesce(tags.is_test, false)
    or coalesce(requester.email like '%@internal.test', false) as is_test,
    coalesce(
        submitter.author_role in ('human_agent', 'bot_automation')
        and submitter_id <> requester_id
        and not regexp_matches(via_channel, 'chat|messaging|voice|phone|twitter|facebook|whatsapp|line|instagram|wechat|viber|telegram|sms|any_channel'),
        false
    )
    or coalesce(via_channel = 'phone_call_outbound', false) as is_outbound,
    created_at,
    updated_at
from newest
left join tags using (ticket_id)
left join merges using (ticket_id)
left join follow_ups using (ticket_id)
left join accounts as requester on requester_id = requester.account_id
left join accounts as submitter on submitter_id = submitter.account_id;

-- A chat of several tickets belongs to the newest that was there by then, five
-- minutes of grace included.
create temp table chat_events as
with spans as (
    select
        chat_id,
        ticket_id,
        requester_id,
        coalesce(
            case when row_number() over chat > 1 then created_at - interval 5 minute end,
            '-infinity'::timestamp
        ) as from_at,
        coalesce(lead(created_at) over chat - interval 5 minute, 'infinity'::timestamp)
            as until_at,
        initiator
    from (
        select chat_id, ticket_id, max(initiator) as initiator
        from zendesk.ticket_chat
        group by 1, 2
    )
    inner join tickets using (ticket_id)
    window chat as (partition by chat_id order by created_at, ticket_id desc)
),
newest as (
    select
        chat_id, chat_index, actor_id, message, type, created_at::timestamp as sent_at,
        original_message like '%"zd:answerBot"%' as is_bot
    from zendesk.ticket_chat_event
    where
        type in ('ChatMessage', 'ChatDepartmentTransfer')
        and created_at <= _fivetran_synced + interval 1 hour
    qualify row_number() over (
        partition by chat_id, chat_index, created_at order by _fivetran_synced desc
    ) = 1
)
select
    ticket_id,
    case
        when accounts.author_role in ('ai_agent', 'bot_automation')
            then accounts.author_role
        when is_bot then 'ai_agent'
        when actor_id = '__trigger' then 'bot_automation'
        when actor_id is null or actor_id = '__system' then 'system'
        else coalesce(
            accounts.author_role,
            case
                when actor_id not like 'agent:%' or requester_id::varchar = actor_id
                    then 'customer'
                else 'human_agent'
            end
        )
    end as author_role,
    nullif(trim(message), '') as body,
    chat_index as position,
    type,
    initiator,
    sent_at
from newest
inner join spans
    on newest.chat_id = spans.chat_id and sent_at >= from_at and sent_at < until_at
left join accounts
    on try_cast(replace(actor_id, 'agent:', '') as bigint) = account_id;

create temp table desk_messages as
select
    ticket_id,
    coalesce(
        author_role,
        case when user_id = requester_id then 'customer' else 'system' end
    ) as author_role,
    coalesce(public, true) as is_public,
    nullif(trim(body), '') as body,
    id as position,
    created::timestamp as sent_at
from (
    select * from zendesk.ticket_comment
    where id is not null and created <= _fivetran_synced + interval 1 hour
    qualify row_number() over (partition by id order by _fivetran_synced desc) = 1
)
inner join tickets using (ticket_id)
left join accounts on user_id = account_id
union all
select ticket_id, author_role, true, body, position, sent_at
from chat_events
where type = 'ChatMessage' and body is not null;

-- Chats that a person of the company began are outreach.
update tickets set is_outbound = true
where ticket_id in (
    select ticket_id from chat_events
    where type = 'ChatMessage' and body is not null
    group by 1
    having max(initiator) = 1 and arg_min(author_role, (sent_at, position)) = 'human_agent'
);

-- --------------------------------------------------- 3. what happened to tickets

create temp table ticket_events as
with changes as (
    select
        ticket_id, field_name, lower(value) as value, updated::timestamp as changed_at,
        coalesce(
            actor.author_role,
            case when user_id = requester_id then 'customer' else 'system' end
        ) as actor_role
    from (
        select * from zendesk.ticket_field_history
        where
            field_name in ('status', 'assignee_id')
            and updated <= _fivetran_synced + interval 1 hour
        qualify row_number() over (
            partition by ticket_id, field_name, updated order by _fivetran_synced desc
        ) = 1
    )
    inner join tickets using (ticket_id)
    left join accounts as actor on user_id = actor.account_id
),
statuses as (
    select
        ticket_id, changed_at, actor_role,
        value in ('solved', 'closed') as is_done,
        coalesce(
            lag(is_done) over (partition by ticket_id order by changed_at), false
        ) as was_done
    from (
        select ticket_id, changed_at, actor_role, value
        from changes
        where field_name = 'status' and value <> 'deleted'
        union all
        select ticket_id, updated_at, 'system', 'closed'
        from tickets
        where is_done and ticket_id not in (
            select ticket_id from changes
            where field_name = 'status' and value <> 'deleted'
        )
    )
),
turns as (
    select
        ticket_id, changed_at as occurred_at, is_done,
        case
            when
                not is_done
                and actor_role in ('system', 'bot_automation')
                and exists (
                    from desk_messages as message
                    where
                        message.ticket_id = statuses.ticket_id
                        and message.author_role = 'customer'
                        and message.is_public
                        and message.sent_at between changed_at - interval 5 minute
                        and changed_at + interval 5 minute
                )
                then 'customer'
            else actor_role
        end as actor_role
    from statuses
    where is_done <> was_done
),
moves as (
    select
        *,
        lag(holder_role) over (
            partition by ticket_id order by occurred_at, kind
        ) as previous_role
    from (
        select
            ticket_id, changed_at as occurred_at, 'assignee' as kind,
            coalesce(holder.author_role, 'human_agent') as holder_role
        from changes
        left join accounts as holder on value::bigint = holder.account_id
        where field_name = 'assignee_id' and value is not null
        union all
        select ticket_id, sent_at, 'chat_transfer', 'human_agent'
        from chat_events
        where type = 'ChatDepartmentTransfer'
    )
),
-- Reopens, the AI's messages and moves in one order: a handoff is a move to a
-- human of what the AI held or has written in since the last reopen.
steps_of_tickets as (
    select
        *,
        sum((rank = 1)::int) over life as spell
    from (
        select ticket_id, occurred_at, 1 as rank, null as kind, null as previous_role
        from turns where not is_done
        union all
        select ticket_id, sent_at, 2, null, null
        from desk_messages where author_role = 'ai_agent' and is_public
        union all
        select
            ticket_id, occurred_at,
            case when holder_role <> 'human_agent' then 3 else 4 end,
            kind, previous_role
        from moves
    )
    window life as (partition by ticket_id order by occurred_at, rank rows unbounded preceding)
),
weighed_steps as (
    select
        *,
        bool_or(rank = 2) over spell_so_far as has_ai_before,
        coalesce(
            bool_or(rank = 4) over (
                partition by ticket_id, spell order by occurred_at, rank
                rows between unbounded preceding and 1 preceding
            ), false
        ) as has_human_before
    from steps_of_tickets
    window spell_so_far as (
        partition by ticket_id, spell order by occurred_at, rank rows unbounded preceding
    )
)
select
    ticket_id, occurred_at, actor_role,
    case when is_done then 'closed' else 'reopened' end as kind
from turns
union all
select ticket_id, occurred_at, null, 'handed_to_human'
from weighed_steps
where
    rank = 4
    and (
        previous_role in ('ai_agent', 'bot_automation')
        or (not has_human_before and has_ai_before)
        or (not has_human_before and kind = 'chat_transfer' and previous_role is null)
    );

-- ------------------------------------------------------------- 4. who is who

create temp table events as
select
    name,
    regexp_replace(
        regexp_replace(lower(coalesce(
            current_url, json_extract_string(properties, '$.page')
        )), '^[a-z][a-z0-9+.-]*://[^/?#]*|[?#].*$', '', 'g'),
        '/+$', ''
    ) as page_path,
    properties,
    folded_id(distinct_id) as distinct_id,
    folded_id(distinct_id_before_identity) as id_before,
    folded_id(device_id) as device_id,
    folded_id(json_extract_string(properties, '$.user_id')) as user_id,
    folded_id(json_extract_string(properties, '$."$email"')) as email,
    folded_id(json_extract_string(properties, '$."$identified_id"')) as identified_id,
    folded_id(json_extract_string(properties, '$."$anon_distinct_id"')) as anonymous_id,
    time as occurred_at
from mixpanel.event
where
    name <> '' and insert_id <> ''
    and time <= _fivetran_synced::timestamp + interval 1 hour
qualify row_number() over (
    partition by name, coalesce(distinct_id_before_identity, distinct_id), time, insert_id
    order by _fivetran_synced desc
) = 1;

-- A device or anonymous id belongs to the user it was first identified as.
create temp table identified as
with pairs as (
    select
        coalesce(anonymous_id, id_before, device_id) as value,
        coalesce(identified_id, user_id, distinct_id) as key, 1 as rank, occurred_at
    from events where name = '$identify'
    union all
    select id_before, distinct_id, 1, occurred_at from events
    where name <> '$identify' and id_before is not null
    union all
    select coalesce(device_id, id_before, distinct_id), user_id, 1, occurred_at from events
    where user_id is not null
    union all
    select
        anonymous_id, coalesce(external_id, email),
        case when external_id is null then 2 else 1 end, ended_at
    from sessions where anonymous_id is not null
    union all
    select distinct_id, email, 2, occurred_at from events
    where email is not null and user_id is null and identified_id is null
)
select
    value,
    arg_min(
        case when rank = 2 or key like '%@%' then 'email:' else 'external:' end || key,
        (rank, occurred_at)
    ) as key
from pairs
where key is not null and value <> key
group by 1;

-- An address names a customer where one external id alone is seen with it.
create temp table mailboxes as
with pairs as (
    select email, external_id from accounts where author_role = 'customer'
    union all
    select email, external_id from sessions
    union all
    select email, coalesce(user_id, identified_id) from events
)
select
    email,
    min(coalesce(identified.key, 'external:' || external_id)) as key
from pairs
left join identified on external_id = value
where email is not null and external_id is not null
group by 1
having
    min(coalesce(identified.key, 'external:' || external_id))
    = max(coalesce(identified.key, 'external:' || external_id));

create temp table session_customers as
select
    session_id,
    coalesce(
        by_external.key, 'external:' || sessions.external_id,
        mailboxes.key, 'email:' || sessions.email,
        by_anonymous.key, 'anonymous:' || sessions.anonymous_id
    ) as customer_key
from sessions
left join identified as by_external on sessions.external_id = by_external.value
left join identified as by_anonymous on sessions.anonymous_id = by_anonymous.value
left join mailboxes on sessions.email = mailboxes.email;

create temp table named_pairs as
select session_id, ticket_id, 1 as rank
from sessions inner join tickets on ticket_ref = ticket_id::varchar
union all
select session_id, ticket_id, 2
from tickets inner join sessions on session_ref = lower(session_id);

create temp table ticket_customers as
with requesters as (
    select requester_id, min(customer_key) as customer_key
    from named_pairs
    inner join tickets using (ticket_id)
    inner join session_customers using (session_id)
    where customer_key not like 'anonymous:%'
    group by 1
    having min(customer_key) = max(customer_key)
)
select
    ticket_id,
    coalesce(
        identified.key, 'external:' || external_id,
        mailboxes.key, 'email:' || tickets.email,
        requesters.customer_key, 'zendesk:' || requester_id
    ) as customer_key
from tickets
left join identified on external_id = value
left join mailboxes on tickets.email = mailboxes.email
left join requesters using (requester_id);

-- ---------------------------------------- 5. which session belongs to which ticket

create temp table links as
with ticket_spells as (
    select
        tickets.*,
        customer_key,
        created_at as begins_at,
        coalesce(first_closes.closed_at, last_messages.sent_at, created_at) as ends_at
    from tickets
    left join ticket_customers using (ticket_id)
    left join (
        select ticket_id, min(occurred_at) as closed_at from ticket_events
        where kind = 'closed' group by 1
    ) as first_closes using (ticket_id)
    left join (
        select ticket_id, max(sent_at) as sent_at from desk_messages group by 1
    ) as last_messages using (ticket_id)
),
named as (
    select
        session_id, ticket_id,
        sessions.started_at, sessions.ended_at, begins_at, ends_at
    from named_pairs
    inner join sessions using (session_id)
    inner join session_customers using (session_id)
    inner join ticket_spells using (ticket_id)
    qualify row_number() over (
        partition by session_id
        order by
            rank,
            case when session_customers.customer_key = ticket_spells.customer_key then 1 else 2 end,
            greatest(0, epoch(begins_at - ended_at), epoch(started_at - ends_at)),
            abs(epoch(begins_at - started_at)),
            ticket_id
    ) = 1
),
candidates as (
    select *, 1 as rank from named
    union all
    select session_id, ticket_id, started_at, ended_at, begins_at, ends_at, 2
    from sessions
    inner join session_customers using (session_id)
    inner join ticket_spells using (customer_key)
    where
        begins_at <= ended_at + interval 10 minute
        and started_at <= ends_at + interval 10 minute
        and not sessions.is_test and not ticket_spells.is_test
        and not is_deleted and not is_outbound
        and session_id not in (select session_id from named)
)
select session_id, ticket_id from named
union all
select session_id, ticket_id from (
    select
        session_id, ticket_id, rank,
        row_number() over (
            partition by session_id
            order by abs(epoch(begins_at - started_at)), apart, ticket_id
        ) as ticket_rank,
        row_number() over (
            partition by ticket_id
            order by abs(epoch(begins_at - started_at)), apart, rank, session_id
        ) as session_rank
    from (
        select
            *,
            greatest(0, epoch(begins_at - ended_at), epoch(started_at - ends_at)) as apart
        from candidates
    )
)
where rank = 2 and ticket_rank = 1 and session_rank = 1;

-- A thread is a ticket with its sessions, or a session without a ticket.
create temp table threads as
select
    'ticket:' || ticket_id as thread_id,
    ticket_id,
    coalesce(ticket_customers.customer_key, linked.customer_key) as customer_key,
    merged_into, follow_up_of, is_deleted, is_spam, is_outbound,
    is_test or coalesce(linked.has_test, false) as is_test,
    created_at as started_at
from tickets
left join ticket_customers using (ticket_id)
left join (
    select
        ticket_id,
        arg_min(customer_key, (started_at, session_id)) as customer_key,
        bool_or(is_test) as has_test
    from links
    inner join sessions using (session_id)
    inner join session_customers using (session_id)
    group by 1
) as linked using (ticket_id)
union all
select
    session_id, null, customer_key, null, null, false, false, false, is_test, started_at
from sessions
left join session_customers using (session_id)
where session_id not in (select session_id from links);

-- ---------------------------------------------------------------- 6. messages

-- What both systems carry is kept once: the n-th copy of the help desk answers
-- to the n-th of the trace store.
create temp table messages as
with turns as (
    select
        *,
        2 * row_number() over (
            partition by session_id order by started_at, ended_at, run_id
        ) as place
    from runs
),
stacked as (
    select
        session_id, run_id, 'customer' as author_role, customer_text as body,
        place - 1 as position, started_at as sent_at
    from turns where customer_text is not null
    union all
    select session_id, run_id, 'ai_agent', agent_text, place, ended_at
    from turns where agent_text is not null
),
placed as (
    select
        coalesce('ticket:' || ticket_id, session_id) as thread_id,
        session_id, run_id, author_role, true as is_public, body, position, sent_at
    from stacked
    left join links using (session_id)
    union all
    select
        'ticket:' || ticket_id, null, null, author_role, is_public, body, position, sent_at
    from desk_messages
),
hashed as (
    select
        row_number() over () as message_id,
        *,
        case
            when is_public and trim(body) <> '' then hash(
                thread_id, author_role,
                lower(trim(regexp_replace(body, '\s+', ' ', 'g')))
            )
        end as words_hash
    from placed
),
numbered as (
    select
        message_id, words_hash, run_id is not null as is_traced, sent_at,
        row_number() over (
            partition by words_hash, run_id is not null order by sent_at, position
        ) as copy_number
    from hashed
    where words_hash is not null
),
carried_twice as (
    select
        desk.message_id as desk_id, traced.message_id as traced_id,
        least(desk.sent_at, traced.sent_at) as sent_at
    from numbered as desk
    inner join numbered as traced using (words_hash, copy_number)
    where
        not desk.is_traced and traced.is_traced
        and abs(epoch(desk.sent_at - traced.sent_at)) <= 300
)
select
    message_id, thread_id, session_id, run_id, author_role, is_public, body, position,
    coalesce(carried_twice.sent_at, hashed.sent_at) as sent_at
from hashed
left join carried_twice on message_id = traced_id
where message_id not in (select desk_id from carried_twice);

-- The one pass over the words: lower case, on one line, without quoted mail.
create temp table readings as
with shortened as (
    select
        message_id, author_role, lower(substr(body, 1, 10000)) as text
    from messages
    where author_role in ('customer', 'ai_agent', 'human_agent') and trim(body) <> ''
),
unquoted as (
    select
        message_id, author_role,
        case
            when contains(text, ':') or contains(text, '--')
                then regexp_replace(text, '(?s)((^|\n)(on|am|le|el|em) [^\n]*[0-9][^\n]*(\n[^\n]*)?(wrote|schrieb[^\n]*|a écrit|escribió|escreveu) ?:[ ]*(\n.*)?$|-{2,} ?(original message|ursprüngliche nachricht|message d.origine|mensaje original|mensagem original|forwarded message).*$|(^|\n)[*_ ]*(from|von|de):[^\n]*\n[*_ ]*(sent|gesendet|envoyé|enviado|date):.*$)', '', 'g')
            else text
        end as text
    from shortened
),
folded as (
    select
        message_id, author_role,
        nullif(trim(substr(regexp_replace(
            replace(replace(
                case
                    when contains(text, '>')
                        then regexp_replace(text, '(^|\n) *>[^\n]*', '', 'g')
                    else text
                end,
                chr(160), ' '
            ), '’', ''''),
            '( *[[:cntrl:]][[:cntrl:] ]*| +)', ' ', 'g'
        ), 1, 2000)), '') as text
    from unquoted
)
select
    message_id,
    text,
    length(text) as text_length,
    case when author_role = 'customer' then {
        'only_greeting': shows(text, 'only_greeting'),
        'only_thanks': shows(text, 'only_thanks'),
        'only_confirmation': shows(text, 'only_confirmation'),
        'auto_reply': shows(text, 'auto_reply'),
        'confirmed_fix': shows(text, 'confirmed_fix'),
        'thanked': shows(text, 'thanked'),
        'said_goodbye': shows(text, 'said_goodbye'),
        'not_fixed': shows(text, 'not_fixed'),
        'confused': shows(text, 'confused'),
        'asked_for_human': shows(text, 'asked_for_human'),
        'frustrated': shows(text, 'frustrated'),
        'changed_request': shows(text, 'changed_request'),
        'gave_up': shows(text, 'gave_up'),
        'added_request': shows(text, 'added_request'),
        'asked_question': shows(text, 'asked_question'),
        'already_told': shows(text, 'already_told'),
        'gave_order_number': shows(text, 'gave_order_number'),
        'gave_email': shows(text, 'gave_email'),
        'gave_account': shows(text, 'gave_account'),
        'gave_error_text': shows(text, 'gave_error_text')
    } end as customer,
    case when author_role <> 'customer' then {
        'only_courtesy': shows(text, 'only_courtesy'),
        'multi_step': shows(text, 'multi_step'),
        'action_outside_chat': shows(text, 'action_outside_chat')
    } end as agent,
    case when author_role = 'ai_agent' then {
        'could_not_help': shows(text, 'could_not_help'),
        'apologised': shows(text, 'apologised'),
        'offered_human': shows(text, 'offered_human'),
        'reported_done': shows(text, 'reported_done'),
        'named_next_step': shows(text, 'named_next_step'),
        'offered_more_help': shows(text, 'offered_more_help'),
        'asked_customer': shows(text, 'asked_customer')
    } end as ai,
    case when author_role = 'human_agent' then {
        'asks_order_number': shows(text, 'asks_order_number'),
        'asks_email': shows(text, 'asks_email'),
        'asks_account': shows(text, 'asks_account'),
        'asks_error_text': shows(text, 'asks_error_text'),
        'asks_what_is_the_problem': shows(text, 'asks_what_is_the_problem')
    } end as human
from folded
where text is not null;

create temp table placed_messages as
select
    messages.* exclude (body),
    author_role = 'bot_automation' as is_auto_reply,
    coalesce(
        author_role = 'customer' and is_public
        and not (
            customer.only_greeting or customer.only_thanks
            or customer.only_confirmation or customer.auto_reply
        ),
        false
    ) as is_substantive
from messages
left join readings using (message_id);

-- ------------------------------------------------------------ 7. conversations

set variable data_as_of = (
    select least(
        (
            select greatest(max(ended_at), max(started_at)) from runs
        ),
        greatest(
            (select max(sent_at) from desk_messages),
            (select max(created_at) from tickets),
            (select max(occurred_at) from ticket_events)
        )
    )
);

create temp table closes as
with ticket_closes as (
    select
        thread_id, occurred_at as closed_at,
        min(sent_at) as returned_at
    from ticket_events
    inner join threads using (ticket_id)
    left join (
        select thread_id, sent_at from placed_messages where is_substantive
    ) as later using (thread_id)
    where kind = 'closed' and coalesce(later.sent_at > occurred_at, true)
    group by 1, 2
    union
    -- a close after which the customer never wrote
    select thread_id, occurred_at, null
    from ticket_events inner join threads using (ticket_id)
    where kind = 'closed' and not exists (
        from placed_messages as message
        where
            message.thread_id = threads.thread_id and is_substantive
            and message.sent_at > occurred_at
    )
),
silences as (
    select
        thread_id, sent_at,
        coalesce(
            lead(sent_at) over (partition by thread_id order by sent_at),
            getvariable('data_as_of')
        ) as silent_until
    from placed_messages
    inner join threads using (thread_id)
    where ticket_id is null and is_public
)
select distinct thread_id, closed_at from ticket_closes
where not exists (
    from ticket_events as reopening
    inner join threads using (ticket_id)
    where
        threads.thread_id = ticket_closes.thread_id
        and reopening.kind = 'reopened'
        and reopening.actor_role <> 'customer'
        and reopening.occurred_at > closed_at
        and coalesce(reopening.occurred_at < returned_at, true)
)
union all
select thread_id, sent_at from silences
where sent_at + interval 24 hour < silent_until;

create temp table starts as
with substantive as (
    select
        thread_id, message_id, sent_at, position,
        lag(sent_at) over (
            partition by thread_id order by sent_at, position
        ) as previous_sent_at
    from placed_messages
    where is_substantive
),
openings as (
    select substantive.thread_id, message_id, substantive.sent_at as opened_at, position
    from substantive
    asof left join closes
        on substantive.thread_id = closes.thread_id
        and substantive.sent_at > closes.closed_at
    where previous_sent_at is null or closes.closed_at >= previous_sent_at
),
numbered as (
    select
        thread_id,
        message_id as opening_message_id,
        coalesce(opened_at, started_at) as opened_at,
        row_number() over thread as conversation_number,
        lead(opened_at) over thread as next_opened_at
    from threads
    left join openings using (thread_id)
    window thread as (partition by thread_id order by opened_at, position)
)
select
    row_number() over () as conversation_id,
    numbered.*,
    (
        select min(closed_at) from closes
        where
            closes.thread_id = numbered.thread_id
            and closed_at >= opened_at
            and (next_opened_at is null or closed_at < next_opened_at)
    ) as closed_at
from numbered;

-- Every message in its conversation, numbered.
create temp table talk as
with counted as (
    select
        placed_messages.*,
        greatest(1, count(opening_message_id) over (
            partition by placed_messages.thread_id
            order by sent_at, position, message_id rows unbounded preceding
        )) as conversation_number
    from placed_messages
    left join starts on message_id = opening_message_id
)
select
    conversation_id,
    counted.* exclude (thread_id, position, conversation_number),
    row_number() over (
        partition by conversation_id order by sent_at, position, message_id
    ) as message_number,
    coalesce(sent_at > closed_at, false) as is_after_close,
    sent_at >= opened_at and is_public and not is_auto_reply
    and author_role in ('ai_agent', 'human_agent') as is_reply
from counted
inner join starts using (thread_id, conversation_number);

create temp table conversations as
with replies as (
    select
        conversation_id,
        count(*) filter (is_reply and author_role = 'ai_agent') as ai_count,
        count(*) filter (is_reply and author_role = 'human_agent') as human_count,
        min(sent_at) filter (is_reply and author_role = 'ai_agent') as first_ai_at,
        min(sent_at) filter (is_reply and author_role = 'human_agent') as first_human_at,
        max(sent_at) filter (is_reply) as last_reply_at,
        min(sent_at) filter (
            author_role = 'ai_agent' and is_public
        ) as first_ai_message_at,
        max(sent_at) filter (
            is_public and author_role in ('customer', 'ai_agent', 'human_agent')
        ) as last_message_at,
        arg_min(session_id, (sent_at, session_id)) as session_id
    from talk
    where not is_after_close
    group by 1
),
announced as (
    select conversation_id, min(occurred_at) as announced_at
    from ticket_events
    inner join threads using (ticket_id)
    inner join starts using (thread_id)
    where
        kind = 'handed_to_human'
        and (conversation_number = 1 or occurred_at >= opened_at)
        and (next_opened_at is null or occurred_at < next_opened_at)
        and (closed_at is null or occurred_at <= closed_at)
    group by 1
),
followed as (
    select conversation_id, min(sent_at) as followed_at
    from talk
    inner join replies using (conversation_id)
    where
        author_role = 'human_agent' and is_public and not is_auto_reply
        and not is_after_close and sent_at >= first_ai_at
    group by 1
)
select
    starts.*,
    ticket_id, customer_key, merged_into, follow_up_of, session_id,
    first_ai_message_at, last_message_at + interval 30 minute as session_ends_at,
    coalesce(human_count, 0) as human_count,
    first_human_at,
    case
        when first_ai_at is not null then least(announced_at, followed_at)
    end as handed_at,
    case
        when closed_at is not null then coalesce(last_reply_at, closed_at)
    end as resolved_at,
    opening_message_id is not null
    and not is_deleted and not is_spam and not is_test
    and not (is_outbound and conversation_number = 1) as is_contact,
    is_contact and merged_into is null and coalesce(ai_count, 0) > 0 as is_eligible,
    date_trunc('week', coalesce(resolved_at, opened_at))::date as week_start_date
from starts
inner join threads using (thread_id)
left join replies using (conversation_id)
left join announced using (conversation_id)
left join followed using (conversation_id);

-- ------------------------------------------------------------------ 8. intents

create temp table terms as
with first_replies as (
    select conversation_id, min(message_number) as first_reply_number
    from talk
    where
        is_public and not is_auto_reply
        and author_role in ('ai_agent', 'human_agent')
    group by 1
),
bodies as (
    select
        conversation_id, message_number,
        replace(substr(body, 1, 4000), chr(13), '') as body
    from talk
    inner join messages using (message_id)
    left join first_replies using (conversation_id)
    where is_substantive
    qualify
        row_number() over (partition by conversation_id order by message_number) = 1
        or coalesce(message_number < first_reply_number, true)
),
-- Quotes, signatures, addresses, numbers, greetings and names go.
cleaned as (
    select
        conversation_id, message_number,
        regexp_replace(body, '(^|\n)(On|Am|Le|El) [^\n]{4,200}(\n[^\n]{1,100})?(wrote|schrieb|écrit|escribió)[^\n]{0,60}:[ ]*(\n+>[^\n]*)+', ' ', 'g') as text_1,
        regexp_replace(text_1, '(^|\n)[ ]*>[^\n]*', ' ', 'g') as text_2,
        regexp_replace(text_2, '(^|\n)(On|Am|Le|El) [^\n]{4,200}(\n[^\n]{1,100})?(wrote|schrieb|écrit|escribió)[^\n]{0,60}:(.|\n)*', ' ', 'g') as text_3,
        regexp_replace(text_3, '(?i)((^|\n)[ ]*(-{2,}[ ]*(original|forwarded) message|_{10,}|from: [^\n]+\n(sent|date|to): )|<blockquote)(.|\n)*', ' ', 'g') as text_4,
        regexp_replace(text_4, '\n--[ ]*\n(.|\n)*', ' ', 'g') as text_5,
        regexp_replace(text_5, '(?i)\n[ ]*((best|kind|kindest|warm|many)?[ ]*(regards|wishes)|best|cheers|sincerely|yours (truly|sincerely|faithfully)|(many )?thanks( in advance)?|thank you)[,.!]*[ ]*(\n[^\n]{0,60}){0,6}$', ' ', 'g') as text_6,
        regexp_replace(text_6, '([Tt]hanks|[Tt]hank you|[Cc]heers|[Rr]egards|[Bb]est)[,.!]*[ ]+[A-Z][^\s]*( [A-Z][^\s]*)?[.!]?\s*$', ' ', 'g') as text_7,
        regexp_replace(text_7, '(?i)sent from my [^\n]*', ' ', 'g') as text_8,
        regexp_replace(text_8, '</?[A-Za-z!][^<>]*>|&[A-Za-z0-9#]{2,8};', ' ', 'g') as text_9,
        regexp_replace(text_9, '[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+', ' ', 'g') as text_10,
        regexp_replace(text_10, '(?i)(https?://|www\.)[^\s<>]+', ' ', 'g') as text_11,
        regexp_replace(text_11, '[A-Za-z#_-]*[0-9][A-Za-z0-9#_.,:/-]*[0-9][A-Za-z0-9_-]*|\b[0-9]\b', ' ', 'g') as text_12,
        regexp_replace(text_12, '^\s*([Hh]i|[Hh]ello|[Hh]ey|[Hh]iya|[Dd]ear|[Gg]ood (morning|afternoon|evening|day))(([ ]+[A-Z][^\s,.!?:;]+){1,3}|([ ]+[^\s,.!?:;]+)?[ ]*[,!:\n])', ' ', 'g') as text_13,
        trim(regexp_replace(regexp_replace(text_13, '([Mm]y name is|[Mm]y name.s) [^\s,.!?]+( [A-Z][^\s,.!?]*)*[,.!]*', ' ', 'g'), '\s+', ' ', 'g')) as text
    from bodies
),
openings as (
    select
        conversation_id,
        substr(string_agg(text, ' ' order by message_number), 1, 1000) as text
    from cleaned
    group by 1
),
words as (
    select conversation_id, word, count(*) as times_used
    from (
        select
            conversation_id,
            unnest(regexp_extract_all(
                replace(regexp_replace(lower(text), '[’‘`´]', '''', 'g'), '''', ''),
                '[぀-ヿ一-鿿]|[^\s -@\[-`{-¿،؛؟‐-⁞←-➿、-〿！-｠🌀-🫿️぀-ヿ一-鿿]+'
            )) as word
        from openings
    )
    where
        length(word) <= 30
        and (length(word) >= 2 or regexp_matches(word, '[぀-ヿ一-鿿]'))
        and word not in (
            select word from read_csv(getvariable('seeds') || '/stop_words.csv')
        )
    group by 1, 2
),
-- Endings are cut once per word of the vocabulary.
stems as (
    select
        word,
        case
            when word like '%ies' and length(word) >= 5 then word[:-4] || 'y'
            when length(word) >= 5 and regexp_matches(word, '(ss|sh|ch|x|z)es$')
                then word[:-3]
            when length(word) >= 4 and regexp_matches(word, '[^sui]s$') then word[:-2]
            else word
        end as singular,
        case
            when singular like '%ing' and length(singular) >= 6 then singular[:-4]
            when singular like '%ed' and length(singular) >= 5 then singular[:-3]
            else singular
        end as stem,
        case when stem like '%e' and length(stem) >= 5 then stem[:-2] else stem end
            as without_e,
        case
            when
                length(without_e) >= 4
                and regexp_matches(without_e, '(bb|dd|gg|ll|mm|nn|pp|rr|tt)$')
                then without_e[:-2]
            else without_e
        end as term
    from (select distinct word from words)
)
select
    conversation_id, term,
    sqrt(
        sum(times_used)::double
        / sum(sum(times_used)) over (partition by conversation_id)
    ) as weight
from words
inner join stems using (word)
group by 1, 2;

create temp table scores as
select
    conversation_id, intent_id,
    sum((terms.weight * intent_terms.weight)::decimal(18, 9))::double as score
from terms
inner join intent_terms using (term)
where retired_at_fit is null
group by 1, 2
having sum((terms.weight * intent_terms.weight)::decimal(18, 9)) > 0;

-- Without a clear lead, the intent of the thread's conversation before.
create temp table intents as
with winners as (
    select conversation_id, intent_id
    from scores
    window ranked as (partition by conversation_id order by score desc, intent_id)
    qualify
        row_number() over ranked = 1
        and score - coalesce(lead(score) over ranked, 0) >= 0.03
)
select
    conversation_id,
    intent_id is not null as is_told,
    coalesce(
        intent_id,
        last_value(intent_id ignore nulls) over (
            partition by thread_id order by conversation_number
            rows between unbounded preceding and 1 preceding
        ),
        'unclassified'
    ) as intent_id
from starts
left join winners using (conversation_id);

-- ------------------------------------------------------------- 9. re-contacts

create temp table recontacts as
with pairs as (
    select
        earlier.conversation_id,
        later.conversation_id as next_id,
        later.opened_at,
        epoch(later.opened_at - earlier.resolved_at) as seconds,
        earlier.thread_id = later.thread_id
        or coalesce(later.follow_up_of = earlier.ticket_id, false)
        or coalesce(later.merged_into = earlier.ticket_id, false) as is_explicit,
        coalesce(
            first_intent.intent_id = next_intent.intent_id
            and first_intent.intent_id <> 'unclassified',
            false
        ) as is_same_intent
    from conversations as earlier
    inner join conversations as later
        on earlier.customer_key = later.customer_key
        and later.opened_at > earlier.resolved_at
        and later.opened_at <= earlier.resolved_at + interval 168 hour
    inner join intents as first_intent
        on earlier.conversation_id = first_intent.conversation_id
    inner join intents as next_intent
        on later.conversation_id = next_intent.conversation_id
    where earlier.is_eligible and later.is_contact and earlier.closed_at is not null
),
-- Texts are compared only where nothing else says that it is the same issue.
doubtful as (
    select conversation_id, next_id from pairs
    where not is_explicit and not is_same_intent
),
lengths as (
    select conversation_id, sqrt(sum(score * score)) as length
    from scores
    group by 1
),
shared_intents as (
    select
        doubtful.conversation_id, next_id,
        sum(first_scores.score / first_lengths.length * next_scores.score / next_lengths.length)
            as similarity
    from doubtful
    inner join scores as first_scores on doubtful.conversation_id = first_scores.conversation_id
    inner join scores as next_scores
        on next_id = next_scores.conversation_id
        and first_scores.intent_id = next_scores.intent_id
    inner join lengths as first_lengths on doubtful.conversation_id = first_lengths.conversation_id
    inner join lengths as next_lengths on next_id = next_lengths.conversation_id
    group by 1, 2
),
shared_terms as (
    select
        doubtful.conversation_id, next_id,
        sum(first_terms.weight * next_terms.weight) as similarity
    from doubtful
    inner join terms as first_terms on doubtful.conversation_id = first_terms.conversation_id
    inner join terms as next_terms
        on next_id = next_terms.conversation_id and first_terms.term = next_terms.term
    group by 1, 2
),
alike as (
    select doubtful.conversation_id, doubtful.next_id
    from doubtful
    left join shared_terms using (conversation_id, next_id)
    left join shared_intents using (conversation_id, next_id)
    left join lengths as first_lengths on doubtful.conversation_id = first_lengths.conversation_id
    left join lengths as next_lengths on next_id = next_lengths.conversation_id
    where case
        when first_lengths.length is null or next_lengths.length is null
            then coalesce(shared_terms.similarity, 0)
        else
            0.3 * coalesce(shared_terms.similarity, 0)
            + 0.7 * coalesce(shared_intents.similarity, 0)
    end >= 0.27
)
select conversation_id, min(seconds) as seconds
from pairs
left join alike using (conversation_id, next_id)
where is_explicit or is_same_intent or alike.next_id is not null
group by 1;

-- ------------------------------------------------------------ 10. escalations

-- Words that two messages of one conversation may share: the first six letters
-- of words of four letters or more.
create temp table message_words as
select
    conversation_id, message_id, author_role, message_number,
    list_distinct(list_transform(
        list_filter(
            regexp_extract_all(text, '[^ -@[-`{-~]{4,}'),
            lambda word: word not in (
                'about', 'after', 'again', 'already', 'also', 'always', 'anyone',
                'anything', 'because', 'been', 'before', 'being', 'best', 'cannot',
                'could', 'dear', 'does', 'doing', 'done', 'even', 'every', 'from',
                'give', 'good', 'have', 'having', 'hello', 'help', 'here', 'into',
                'just', 'kind', 'know', 'like', 'made', 'make', 'many', 'more',
                'most', 'much', 'need', 'only', 'other', 'over', 'please', 'really',
                'regards', 'said', 'same', 'should', 'some', 'something', 'still',
                'such', 'sure', 'take', 'tell', 'than', 'thank', 'thanks', 'that',
                'their', 'them', 'then', 'there', 'these', 'they', 'thing', 'this',
                'those', 'very', 'want', 'well', 'were', 'what', 'when', 'where',
                'which', 'while', 'will', 'with', 'would', 'your', 'yours', 'told',
                'wrote'
            )
        ),
        lambda word: substr(word, 1, 6)
    )) as words
from talk
inner join readings using (message_id)
semi join (select conversation_id from conversations where is_eligible) using (conversation_id)
where is_substantive or (author_role = 'ai_agent' and is_public)
qualify count(*) over (partition by conversation_id) > 1;

create temp table repeated as
select
    later.conversation_id, later.message_id, earlier.message_id as earlier_message_id,
    later.author_role, later.message_number,
    len(list_intersect(later.words, earlier.words)) as shared_count
from message_words as later
inner join message_words as earlier
    on later.conversation_id = earlier.conversation_id
    and later.author_role = earlier.author_role
    and later.message_number > earlier.message_number
where
    shared_count >= 3
    and shared_count >= sqrt(len(later.words) * len(earlier.words))
    * case later.author_role when 'customer' then 0.5 else 0.75 end;

create temp table escalations as
with sided as (
    select
        conversation_id, message_id, author_role, message_number, is_substantive,
        text, customer, human,
        case
            when author_role = 'human_agent' then sent_at >= handed_at
            else sent_at > handed_at
        end as is_after,
        case
            when author_role = 'human_agent' and is_public and is_after
                then row_number() over (
                    partition by
                        conversation_id, author_role = 'human_agent' and is_public and is_after
                    order by message_number
                )
        end as reply_number
    from talk
    inner join conversations using (conversation_id)
    left join readings using (message_id)
    where is_eligible and handed_at is not null and not is_after_close
),
given as (
    select
        conversation_id,
        min(message_number) filter (customer.gave_order_number) as order_number,
        min(message_number) filter (customer.gave_email) as email,
        min(message_number) filter (customer.gave_account) as account,
        min(message_number) filter (customer.gave_error_text) as error_text,
        min(message_number) filter (is_substantive) as problem
    from sided
    where author_role = 'customer'
    group by 1
),
asked_again as (
    select conversation_id
    from sided
    inner join given using (conversation_id)
    where
        reply_number <= 3
        and (
            (human.asks_order_number and message_number > order_number)
            or (human.asks_email and message_number > email)
            or (human.asks_account and message_number > account)
            or (human.asks_error_text and message_number > error_text)
            or (human.asks_what_is_the_problem and message_number > problem)
        )
),
said as (
    select
        conversation_id, message_id, is_after, is_substantive, customer.already_told,
        regexp_replace(text, '[.!?, ]+$', '') as words
    from sided
    where author_role = 'customer'
),
said_again as (
    select conversation_id from said where is_after and already_told
    union all
    select later.conversation_id
    from said as later
    inner join said as earlier using (conversation_id)
    where
        later.is_after and not earlier.is_after and earlier.is_substantive
        and length(later.words) >= 25 and length(earlier.words) >= 25
        and (contains(later.words, earlier.words) or contains(earlier.words, later.words))
    union all
    select repeated.conversation_id
    from repeated
    inner join said as later on repeated.message_id = later.message_id
    inner join said as earlier on repeated.earlier_message_id = earlier.message_id
    where later.is_after and not earlier.is_after
)
select
    conversation_id,
    bool_or(coalesce(reply_number = 1, false)) as is_answered,
    conversation_id in (from asked_again) or conversation_id in (from said_again)
        as is_reexplained
from sided
group by 1;

-- ---------------------------------------------------------- 11. instructions

create temp table event_customers as
select
    events.*,
    coalesce(
        by_user.key, 'external:' || user_id,
        mailboxes.key, 'email:' || events.email,
        by_distinct.key, case
            when distinct_id in (select external_id from accounts) then 'external:' || distinct_id
            when distinct_id in (select external_id from sessions) then 'external:' || distinct_id
            when distinct_id in (select identified_id from events where identified_id is not null)
                then 'external:' || distinct_id
            else 'anonymous:' || distinct_id
        end
    ) as customer_key
from (
    select * from events
    where lower(replace(name, '_', ' ')) in (
        select lower(replace(event_name, '_', ' ')) from actions
    )
) as events
left join identified as by_user on user_id = by_user.value
left join mailboxes on events.email = mailboxes.email
left join identified as by_distinct on distinct_id = by_distinct.value;

-- A table of its own: DuckDB 2.0.0 stops with an internal error where joins of many
-- rows are joined on (dict-surviving cache).
create temp table windows as
with instructed as (
    select
        conversation_id, action_id, min(sent_at) as instructed_at
    from talk
    inner join readings using (message_id)
    inner join conversations using (conversation_id)
    inner join intents using (conversation_id)
    inner join actions
        on contains(text, coalesce(keyword, ''))
        and (actions.intent_id is null or actions.intent_id = intents.intent_id)
    where
        author_role = 'ai_agent' and is_public and is_eligible
        and first_ai_message_at is not null
        and regexp_matches(text, pattern)
    group by 1, 2
),
edges as (
    select min(occurred_at) as first_at, max(occurred_at) as newest_at from events
)
select
    instructed.*,
    customer_key,
    kind,
    case action_window
        when 'session' then session_ends_at
        else instructed_at + interval 24 hour
    end as ends_at,
    first_at <= instructed_at
    and ends_at <= newest_at
    and (action_window <> 'session' or closed_at is not null)
    and customer_key is not null as is_watched
from instructed
inner join conversations using (conversation_id)
inner join actions using (action_id)
cross join edges;

create temp table instructions as
with done as (
    select
        conversation_id, windows.action_id,
        bool_or(occurred_at <= instructed_at) as is_already_done,
        bool_or(occurred_at > instructed_at) as is_done
    from windows
    inner join event_customers using (customer_key)
    inner join actions
        on windows.action_id = actions.action_id
        and lower(replace(name, '_', ' ')) = lower(replace(event_name, '_', ' '))
        and (actions.page_path is null or event_customers.page_path like lower(actions.page_path))
        and (
            property_key is null
            or lower(json_extract_string(properties, '$."' || property_key || '"'))
            like coalesce(lower(property_value), '%')
        )
    where occurred_at >= instructed_at - interval 24 hour and occurred_at <= ends_at
    group by 1, 2
)
select
    conversation_id,
    count(*) as instruction_count,
    count(*) filter (coalesce(is_done, false) = (kind = 'expected')) as followed_count
from windows
left join done using (conversation_id, action_id)
where is_watched and not coalesce(is_already_done, false)
group by 1;

-- ------------------------------------------------------------- 12. confidence

create temp table transcripts as
with known as (
    select
        conversation_id, message_id, author_role, message_number, is_substantive,
        is_after_close, talk.sent_at, text_length, customer, agent, ai,
        min(message_number) filter (author_role = 'customer' and not is_after_close) over spell
            as first_customer_number,
        bool_or(author_role <> 'customer') over spell as has_agent
    from talk
    inner join conversations using (conversation_id)
    inner join readings using (message_id)
    where
        is_eligible and closed_at is not null and is_public
        and not coalesce(customer.auto_reply, false)
        and (
            not is_after_close
            or (
                author_role = 'customer' and not is_substantive
                and sent_at <= resolved_at + interval 72 hour
            )
        )
    window spell as (partition by conversation_id)
)
select
    *,
    author_role <> 'customer' and not coalesce(agent.only_courtesy, false)
    and message_number > first_customer_number as is_answer,
    lag(author_role) over spell as previous_role,
    lag(sent_at) over spell as previous_sent_at
from known
where first_customer_number is not null and has_agent
window spell as (partition by conversation_id order by message_number);

create temp table tool_signals as
with calls as (
    select
        conversation_id, step_id, lower(tool_name) as tool_name, logged_input,
        coalesce(is_error, false) as is_error, steps.started_at,
        regexp_matches(lower(tool_name[1]) || tool_name[2:], '(^|[.:/]|__)(add|activate|adjust|apply|approve|assign|book|buy|cancel|change|charge|close|confirm|create|deactivate|delete|disable|downgrade|edit|enable|exchange|extend|grant|issue|modify|pay|place|process|reactivate|redeem|refund|register|remove|renew|reopen|replace|reschedule|reserve|reset|restart|restore|resume|return|revoke|schedule|send|set|submit|subscribe|suspend|switch|unblock|unlock|unsubscribe|update|upgrade)([_.A-Z-]|$)') as is_changing
    from steps
    inner join (
        select run_id, arg_max(conversation_id, author_role) as conversation_id
        from talk where run_id is not null group by 1
    ) using (run_id)
    inner join conversations using (conversation_id)
    where is_tool and coalesce(steps.started_at <= closed_at, true)
),
numbered as (
    select
        *,
        logged_input is not null and row_number() over (
            partition by conversation_id, tool_name, logged_input
            order by started_at, step_id
        ) > 1 as is_repeated
    from calls
)
select
    conversation_id,
    count(*) as call_count,
    count(*) filter (is_error) as error_count,
    count(*) filter (is_repeated) as repeated_count,
    count(*) filter (is_changing and not is_error) as change_count,
    coalesce(arg_max(is_error, (started_at, step_id)) filter (is_changing), false)
        as is_last_change_failed
from numbered
group by 1;

create temp table verdicts as
with newest as (
    select * from langfuse.scores
    where
        coalesce(trim(trace_id), trim(session_id)) <> ''
        and utc(timestamp)
        <= coalesce(utc(updated_at), utc(created_at), utc(timestamp)) + interval 1 hour
    qualify row_number() over (
        partition by id
        order by coalesce(utc(updated_at), utc(created_at), utc(timestamp)) desc
    ) = 1
),
judged as (
    select
        id, lower(name) as name, data_type, value,
        coalesce(runs.session_id, newest.session_id) as session_id,
        ended_at as answered_at, utc(timestamp) as scored_at
    from newest
    left join runs on trace_id = run_id
)
select
    conversation_id,
    2 * avg(value) filter (
        name in (
            'resolution', 'resolved', 'task_completion', 'goal_accuracy',
            'helpfulness', 'correctness'
        )
        and data_type in ('NUMERIC', 'BOOLEAN') and value between 0 and 1
        and coalesce(answered_at, scored_at) >= opened_at
    ) - 1 as evaluator_score,
    arg_max(
        case when value > 0.67 then 1 when value < 0.33 then -1 else 0 end, (scored_at, id)
    ) filter (name = 'user_feedback' and scored_at >= opened_at) as thumbs
from judged
inner join conversations using (session_id)
where
    coalesce(scored_at < next_opened_at, true)
    and coalesce(scored_at <= resolved_at + interval 24 hour, true)
group by 1;

create temp table confidence as
with marked as (
    select
        *,
        min(message_number) filter (is_answer) over spell as first_answer,
        max(message_number) filter (is_answer) over spell as last_answer,
        max(message_number) filter (is_answer and author_role = 'ai_agent') over spell
            as last_ai_answer,
        max(message_number) filter (author_role = 'customer') over spell as last_customer,
        max(message_number) filter (is_substantive) over spell as last_need,
        max(message_number) filter (customer.not_fixed) over spell as last_complaint,
        min(message_number) filter (is_answer and author_role = 'ai_agent' and ai.reported_done)
            over spell as first_done,
        message_number > coalesce(last_complaint, 0) as is_after_complaint,
        coalesce(message_number > first_answer, false) and not is_after_close as is_follow_up,
        coalesce(message_number > last_answer, false) and not is_after_close as is_last_word,
        message_number = last_ai_answer as is_last_ai_answer
    from transcripts
    window spell as (partition by conversation_id)
),
repetitions as (
    select
        conversation_id,
        count(distinct message_id) filter (author_role = 'customer') as questions,
        count(distinct message_id) filter (author_role = 'ai_agent') as answers
    from repeated
    semi join marked on
        repeated.message_id = marked.message_id
        and repeated.message_number > marked.first_answer
    group by 1
),
coverage as (
    select
        conversation_id,
        len(list_intersect(
            opening.words,
            flatten(list(reported.words))
        )) / nullif(len(opening.words), 0) as share
    from (
        select conversation_id, arg_min(words, message_number) as words
        from message_words where author_role = 'customer' group by 1
    ) as opening
    inner join (
        select message_words.* from message_words
        semi join marked on message_words.message_id = marked.message_id and ai.reported_done
    ) as reported using (conversation_id)
    group by 1, opening.words
),
measured as (
    select
        conversation_id,
        bool_or(
            is_after_complaint and (
                (customer.confirmed_fix and is_follow_up)
                or (is_after_close and (
                    customer.confirmed_fix or customer.only_thanks
                    or customer.only_confirmation
                ))
            )
        ) as customer_confirmed,
        bool_or(customer.thanked and is_last_word and is_after_complaint)
            as thanked_after_last_answer,
        bool_or(customer.said_goodbye and is_last_word and is_after_complaint)
            as said_goodbye,
        bool_or(customer.not_fixed and is_follow_up) as said_not_fixed,
        bool_or(customer.confused and is_follow_up) as confused_follow_up,
        bool_or(customer.asked_for_human and not is_after_close) as asked_for_human,
        bool_or(customer.frustrated and not is_after_close) as frustrated,
        bool_or(customer.changed_request and is_follow_up) as changed_request,
        bool_or(customer.gave_up and is_follow_up) as gave_up,
        bool_or(customer.added_request and is_follow_up) as asked_for_more,
        bool_or(customer.added_request and not is_follow_up and not is_after_close)
            as asked_for_several_things,
        bool_or(ai.could_not_help) as agent_could_not_help,
        bool_or(ai.apologised) as agent_apologised,
        bool_or(ai.offered_human) as agent_offered_human,
        bool_or(ai.reported_done and is_last_ai_answer) as ends_with_a_report,
        bool_or(ai.named_next_step and is_last_ai_answer) as ends_with_the_next_step,
        bool_or(ai.offered_more_help and is_last_ai_answer) as ends_with_an_offer,
        bool_or(ai.asked_customer and is_last_ai_answer) as ends_with_a_question,
        bool_or(ai.could_not_help and is_last_ai_answer) as ends_with_a_refusal,
        avg(ai.reported_done::int) filter (is_answer) as reported_done_share,
        avg(ai.named_next_step::int) filter (is_answer) as named_next_step_share,
        avg(ai.asked_customer::int) filter (is_answer) as asked_customer_share,
        count(*) filter (author_role = 'customer' and not is_after_close) as turn_count,
        case
            when max(last_ai_answer) is not null then count(*) filter (
                author_role = 'customer' and not is_after_close
                and coalesce(message_number < first_done, true)
            )
        end as turns_until_done,
        sum(text_length) filter (author_role = 'customer' and not is_after_close)
            as customer_text_length,
        sum(text_length) filter (author_role = 'ai_agent') as agent_text_length,
        arg_min(text_length, message_number) filter (
            author_role = 'customer' and not is_after_close
        ) as opening_length,
        max(greatest(epoch(sent_at - previous_sent_at), 0)) filter (
            is_answer and previous_role = 'customer'
        ) / 60 as longest_wait,
        bool_or(
            message_number = last_need
            and (
                customer.not_fixed
                or not (
                    customer.confirmed_fix
                    or (customer.said_goodbye and not customer.asked_question)
                )
            )
            and (
                last_need > coalesce(last_answer, 0)
                or (handed_at is not null and first_human_at is null)
            )
        ) as last_message_unanswered,
        bool_or(message_number = last_answer and last_answer > last_customer)
            as is_silent,
        bool_or(
            message_number = last_answer
            and (agent.multi_step or agent.action_outside_chat or text_length > 600)
        ) as is_complex,
        bool_or(handed_at is not null) as handed_to_human
    from marked
    inner join conversations using (conversation_id)
    group by 1
)
select
    conversation_id,
    1 / (1 + exp(-(
        getvariable('weights')['bias']
        + weighed('customer_confirmed', customer_confirmed::int)
        + weighed('thanked_after_last_answer', thanked_after_last_answer::int)
        + weighed('said_goodbye', said_goodbye::int)
        + weighed('said_not_fixed', said_not_fixed::int)
        + weighed('confused_follow_up', confused_follow_up::int)
        + weighed('asked_for_human', asked_for_human::int)
        + weighed('frustrated', frustrated::int)
        + weighed('changed_request', changed_request::int)
        + weighed('gave_up', gave_up::int)
        + weighed('asked_for_more', asked_for_more::int)
        + weighed('asked_for_several_things', asked_for_several_things::int)
        + weighed('agent_could_not_help', agent_could_not_help::int)
        + weighed('agent_apologised', agent_apologised::int)
        + weighed('agent_offered_human', agent_offered_human::int)
        + weighed('ends_with_a_report', ends_with_a_report::int)
        + weighed('ends_with_the_next_step', ends_with_the_next_step::int)
        + weighed('ends_with_an_offer', ends_with_an_offer::int)
        + weighed('ends_with_a_question', ends_with_a_question::int)
        + weighed('ends_with_a_refusal', ends_with_a_refusal::int)
        + weighed('reported_done_share', reported_done_share)
        + weighed('named_next_step_share', named_next_step_share)
        + weighed('asked_customer_share', asked_customer_share)
        + weighed('repeated_question', log2(1 + coalesce(questions, 0)))
        + weighed('agent_repeated_itself', log2(1 + coalesce(answers, 0)))
        + weighed('opening_covered_share', share)
        + weighed('turn_count', ln(1 + turn_count))
        + weighed('turns_until_done', ln(1 + turns_until_done))
        + weighed('customer_text_length', ln(1 + customer_text_length))
        + weighed('agent_text_length', ln(1 + agent_text_length))
        + weighed('opening_length', ln(1 + opening_length))
        + weighed('longest_wait', ln(1 + longest_wait))
        + weighed('handed_to_human', handed_to_human::int)
        + weighed('last_message_unanswered', last_message_unanswered::int)
        + weighed('silent_after_complex_answer',
            (is_silent and is_complex and not coalesce(last_message_unanswered, false))::int)
        + weighed('silent_after_simple_answer',
            (is_silent and not is_complex and not coalesce(last_message_unanswered, false))::int)
        + weighed('tool_call_count', ln(1 + call_count))
        + weighed('tool_error_count', ln(1 + error_count))
        + weighed('repeated_tool_calls', ln(1 + repeated_count))
        + weighed('change_count', ln(1 + change_count))
        + weighed('nothing_changed', (change_count = 0)::int)
        + weighed('last_change_failed', is_last_change_failed::int)
        + weighed('evaluator_score', evaluator_score)
        + weighed('thumbs', thumbs)
    ))) as resolution_confidence
from measured
left join repetitions using (conversation_id)
left join coverage using (conversation_id)
left join tool_signals using (conversation_id)
left join verdicts using (conversation_id);

-- -------------------------------------------------------- 13. intents by week

create temp table intent_weeks as
with judged as (
    select
        intent_id,
        week_start_date,
        closed_at is not null as is_closed,
        closed_at is not null and human_count = 0 and handed_at is null as is_deflected,
        closed_at is not null and customer_key is not null
        and resolved_at + interval 24 hour <= getvariable('data_as_of') as is_mature_24h,
        closed_at is not null and customer_key is not null
        and resolved_at + interval 72 hour <= getvariable('data_as_of') as is_mature,
        closed_at is not null and customer_key is not null
        and resolved_at + interval 168 hour <= getvariable('data_as_of') as is_mature_168h,
        case when is_mature and seconds <= 72 * 3600 then seconds end as recontact_seconds,
        coalesce(seconds <= 24 * 3600, false) and is_mature_24h as is_back_24h,
        recontact_seconds is not null as is_back,
        coalesce(seconds <= 168 * 3600, false) and is_mature_168h as is_back_168h,
        case when is_mature then epoch(resolved_at - opened_at) end as resolution_seconds,
        case
            when is_mature then ntile(4) over (
                partition by intent_id, week_start_date, is_mature
                order by resolution_seconds
            )
        end as speed_quarter,
        resolution_confidence,
        is_closed and escalations.conversation_id is not null as is_escalated,
        is_closed and coalesce(is_answered, false) as is_answered,
        coalesce(is_reexplained, false) as is_reexplained,
        case when is_closed then coalesce(instruction_count, 0) else 0 end
            as instruction_count,
        case when is_closed then coalesce(followed_count, 0) else 0 end as followed_count
    from conversations
    inner join intents using (conversation_id)
    left join recontacts using (conversation_id)
    left join escalations using (conversation_id)
    left join instructions using (conversation_id)
    left join confidence using (conversation_id)
    where is_eligible
)
select
    intent_id,
    week_start_date,
    count(*) as eligible_conversations,
    count(*) filter (is_closed) as closed_conversations,
    count(*) filter (is_mature) as mature_conversations,
    count(resolution_confidence) as judged_conversations,
    count(*) filter (is_back) as recontacts,
    count(*) filter (is_escalated) as escalations,
    count(*) filter (is_answered) as answered_escalations,
    sum(instruction_count)::bigint as instructions,
    sum(followed_count)::bigint as followed_instructions,
    count(*) filter (is_deflected) as deflected_conversations,
    avg(resolution_confidence) as resolution_confidence,
    count(*) filter (resolution_confidence < 0.6)
    / nullif(count(resolution_confidence), 0) as low_confidence_share,
    count(*) filter (is_back) / nullif(count(*) filter (is_mature), 0) as recontact_rate,
    count(*) filter (is_back_24h) / nullif(count(*) filter (is_mature_24h), 0)
        as recontact_rate_24h,
    count(*) filter (is_back_168h) / nullif(count(*) filter (is_mature_168h), 0)
        as recontact_rate_168h,
    count(*) filter (is_answered and not is_reexplained)
    / nullif(count(*) filter (is_answered), 0) as escalation_quality,
    median(resolution_seconds) as median_time_to_resolution_seconds,
    median(recontact_seconds) as median_time_to_recontact_seconds,
    median(recontact_seconds) / nullif(median(resolution_seconds), 0)
        as recontact_to_resolution_ratio,
    avg(coalesce(recontact_seconds, 72 * 3600)) filter (is_mature)
        as restricted_mean_time_to_recontact_seconds,
    count(*) filter (speed_quarter = 1 and is_back)
    / nullif(count(*) filter (speed_quarter = 1), 0) as fast_quartile_recontact_rate,
    sum(followed_count) / nullif(sum(instruction_count), 0) as downstream_action_rate,
    count(*) filter (is_deflected) / nullif(count(*) filter (is_closed), 0)
        as deflection_rate,
    count(*) filter (is_mature and is_deflected and not is_back)
    / nullif(count(*) filter (is_mature), 0) as true_resolution_rate
from judged
group by 1, 2;
