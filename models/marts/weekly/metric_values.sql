-- Grain: one metric, intent (or 'all') and week.

with

metric_values as (

    select * from {{ ref('int_metric_values') }}

)

select * from metric_values
