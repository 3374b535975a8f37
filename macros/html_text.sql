{#- The text of an HTML message as its reader sees it: a line per paragraph, list
    item and line break, no tags, entities as the characters they stand for;
    null when nothing is left, as in a message that is only a picture. Text
    without tags stays as it is, trimmed: an "a < b" in it is no tag. -#}
{% macro html_text(expression) -%}
    {%- set one_line = text_replace(expression, '[[:cntrl:]]+', ' ') -%}
    {%- set broken = text_replace(
        one_line,
        '(?i)</(p|div|li|h[1-6]|tr|blockquote|pre|ul|ol)>|<br[^>]*>',
        '\n'
    ) -%}
    {%- set listed = text_replace(broken, '(?i)<li[^>]*>', '- ') -%}
    {%- set untagged = text_replace(listed, '<[/!]?[A-Za-z][^>]*>', '') -%}
    {%- set decoded = namespace(text=untagged) -%}
    {#- & comes last: &amp;lt; is the text "&lt;", no "<" -#}
    {%- for entity, character in [
        ('&nbsp;', ' '), ('&#160;', ' '), ('&lt;', '<'), ('&gt;', '>'),
        ('&quot;', '"'), ('&#34;', '"'), ('&#39;', "''"), ('&#x27;', "''"),
        ('&apos;', "''"), ('&rsquo;', '’'), ('&#x2F;', '/'), ('&amp;', '&'),
    ] -%}
        {%- set decoded.text = "replace(" ~ decoded.text ~ ", '" ~ entity
            ~ "', '" ~ character ~ "')" -%}
    {%- endfor -%}
    nullif(
        {{ text_replace(
            "case when " ~ text_matches(
                expression, "'(?i)</[a-z][a-z0-9]*>|<(br|img|hr)[^>]*>'"
            ) ~ " then " ~ text_replace(decoded.text, ' *\n *', '\n')
            ~ " else " ~ expression ~ " end",
            '^\\s+|\\s+$', ''
        ) }},
        ''
    )
{%- endmacro %}
