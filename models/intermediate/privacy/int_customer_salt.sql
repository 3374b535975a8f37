{{ config(materialized = 'view') }}

-- Grain: one row, the salt. A view, so that no second copy of the secret lies
-- anywhere. The table is none of the company's raw ones: staging has no part of it.

with

customer_salt as (

    select salt from {{ source('afterclose', 'customer_salt') }}

)

select * from customer_salt
