-- A second row for one account would count each of its messages twice.

with

ai_agents as (

    select * from {{ ref('ai_agents') }}

),

repeated as (

    select
        source_name,
        author_id,
        count(*) as row_count

    from ai_agents

    group by 1, 2

    having count(*) > 1

)

select * from repeated
