{#- The text of an HTML message as its reader sees it: a line per paragraph, list
    item and line break, no tags, entities as the characters they stand for;
    null when nothing is left, as in a message that is only a picture. Text
    without tags stays as it is, trimmed: an "a < b" in it is no tag. -#}
{% macro html_text(expression) -%}
    {%- set text = namespace(so_far=expression) -%}
    {%- for pattern, replacement in [
        ('[[:cntrl:]]+', ' '),
        ('(?i)</(p|div|li|h[1-6]|tr|blockquote|pre|ul|ol)>|<br[^>]*>', '\n'),
        ('(?i)<li[^>]*>', '- '),
        ('<[/!]?[A-Za-z][^>]*>', ''),
        ('&(nbsp|#160);', ' '),
        ('&(lt|#60);', '<'),
        ('&(gt|#62);', '>'),
        ('&(quot|#34);', '"'),
        ('&(apos|rsquo|#39|#x27);', "'"),
        ('&(amp|#38);', '&'),
        (' *\n *', '\n'),
    ] -%}
        {#- & comes last of the entities: &amp;lt; is the text "&lt;", no "<" -#}
        {%- set text.so_far = text_replace(
            text.so_far, pattern, replacement
        ) -%}
    {%- endfor -%}
    nullif(
        {{ text_replace(
            "case when " ~ text_matches(
                expression, "'(?i)</[a-z][a-z0-9]*>|<(br|img|hr)[^>]*>'"
            ) ~ " then " ~ text.so_far ~ " else " ~ expression ~ " end",
            '^\\s+|\\s+$', ''
        ) }},
        ''
    )
{%- endmacro %}
