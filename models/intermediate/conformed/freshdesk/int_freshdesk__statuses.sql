{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}

-- Grain: one name that a status goes by. Accounts rename the statuses 2 to 5 and
-- add numbers of their own. Freshdesk's own names stay known, for accounts whose
-- ticket fields were not loaded.

with

own_names as (

    select * from {{ ref('int_freshdesk__listed_statuses') }}

),

standard_names as (

    {%- for number, name in [
        ('2', 'open'), ('3', 'pending'), ('4', 'resolved'), ('5', 'closed')
    ] %}
    select
        '{{ number }}' as status_number,
        '{{ name }}' as status_name
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

names as (

    select
        status_number,
        status_name,
        1 as name_rank

    from own_names

    union all

    select
        status_number,
        status_name,
        2 as name_rank

    from standard_names

),

numbered_names as (

    select
        names.*,
        row_number() over (
            partition by status_name
            order by name_rank, length(status_number), status_number
        ) as place_of_name,
        row_number() over (
            partition by status_number
            order by name_rank, status_name
        ) as place_in_status

    from names

),

statuses as (

    select
        status_name,
        status_number,
        place_in_status = 1 as is_current_name,
        {{ freshdesk_is_done('status_number', 'status_name') }} as is_done

    from numbered_names

    where place_of_name = 1

)

select * from statuses
