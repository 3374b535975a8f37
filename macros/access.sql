{#- On run start: the schemas of texts and keys are closed to everybody but the
    builder, and the role of the var bi_role may look into that of the marts. -#}
{% macro open_schema_of_marts() -%}
    {%- if execute and flags.WHICH in ['run', 'build']
        and state_of_bi_role() == 'ready' -%}
    {{ rights_on_schemas(
        [
            generate_schema_name('staging', none),
            generate_schema_name('intermediate', none),
        ],
        generate_schema_name(none, none),
        var('bi_role')
    ) }}
    {%- endif -%}
{%- endmacro %}


{#- After a mart is built: the role may read it. A table that is built anew has
    lost what was granted on it. -#}
{% macro open_mart() -%}
    {%- if execute and state_of_bi_role() == 'ready' -%}
    {{ rights_on_mart(this, var('bi_role')) }}
    {%- endif -%}
{%- endmacro %}


{#- 'ready', 'missing' or 'reads_everything'; 'none' where the engine has no roles
    or the var bi_role names none. -#}
{% macro state_of_bi_role() -%}
    {{ return(state_of_role(var('bi_role')) if var('bi_role') else 'none') }}
{%- endmacro %}


{#- A list of sentences: what is wrong with the role. One that is missing is told
    and does not stop the build, for nobody can read too much then. -#}
{% macro preflight_role() -%}
    {%- set problems = [] -%}
    {%- set state = state_of_bi_role() -%}
    {%- if state == 'missing' -%}
        {%- do log(
            "There is no role '" ~ var('bi_role') ~ "', so nobody but you can read "
            ~ "the marts. Make it (create role " ~ adapter.quote(var('bi_role'))
            ~ " login password '...') or set the var bi_role to one that is there, "
            ~ "or to '' to grant nothing",
            info=true
        ) -%}
    {%- elif state == 'reads_everything' -%}
        {%- do problems.append(
            "role '" ~ var('bi_role') ~ "' (var bi_role) can read the customers' "
            ~ "texts: it is a superuser, or a member of your own role or of "
            ~ "pg_read_all_data. Name a role that is neither"
        ) -%}
    {%- endif -%}
    {{ return(problems) }}
{%- endmacro %}
