-- Newcombe (1998), Statistics in Medicine 17, table I, method 3, four decimals.
-- Any row that comes back is a bound that differs from the published one.

with

published as (

    select 81 as hits, 263 as tries, 0.2553 as lower_bound, 0.3662 as upper_bound
    union all
    select 15 as hits, 148 as tries, 0.0624 as lower_bound, 0.1605 as upper_bound
    union all
    select 0 as hits, 20 as tries, 0.0 as lower_bound, 0.1611 as upper_bound
    union all
    select 1 as hits, 29 as tries, 0.0061 as lower_bound, 0.1718 as upper_bound

),

computed as (

    select
        *,
        {{ wilson_bound('hits', 'tries', 'lower') }} as our_lower_bound,
        {{ wilson_bound('hits', 'tries', 'upper') }} as our_upper_bound

    from published

)

select * from computed
where
    abs(our_lower_bound - lower_bound) > 0.00005
    or abs(our_upper_bound - upper_bound) > 0.00005
