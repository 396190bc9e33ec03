package vtl

import "testing"

// TestRecorded renders templates as they were recorded on AWS, with the variables that they had.
// Source: https://github.com/localstack/airspeed/blob/master/tests/test_templating.py and the snapshot beside it, whose
// names these are
func TestRecorded(t *testing.T) {
	for _, c := range []struct{ name, given, template, want string }{
		{"unmatched_name_does_not_get_substituted", ``, "Hello $name", "Hello "},
		{"silent_formal_reference_in_an_if_condition", ``, "#if($!{a.b.c})yes!#end", "yes!"},
		{"formal_reference_in_an_if_condition", `{"a":{"b":{"c":false}}}`, "#if(${a.b.c})yes!#end", ""},
		{"if_statement_considers_None_to_be_truthy", `{"some_value":null}`, "#if ($some_value)hide me#end", "hide me"},
		{"logical_negation_operator", `{"value":null}`, "#if ( !$value )yes#end", ""},
		{"else_block_evaluated_when_if_expression_false", ``, "#if ($value) true #else false #end", " true "},
		{"curly_end", ``, "#if($value)true#{end}monkey", "truemonkey"},
		{"unmatched_trailing_brace_preserved", `{"name":"World"}`, "Hello $name}.", "Hello World}."},
		{"when_dictionary_has_same_key_as_built_in_method", `{"user":{"items":"1;2;3"}}`, " $user.name ", "  "},
		{
			"new_lines_in_templates_are_permitted", `{"name":"Steve","show_greeting":true,"is_birthday":true}`,
			"hello #if ($show_greeting)${name}.\n#if($is_birthday)Happy Birthday\n#end.\n#end Off out later?",
			"hello Steve.\nHappy Birthday\n.\n Off out later?",
		},
		{"loop_variable_not_accessible_after_loop", `{"names":["Chris"]}`,
			"#foreach ($name in $names)$name. #end$name", "Chris. "},
		{"has_next", ``, "#foreach ($i in [1, 2, 3])$i. #if ($velocityHasNext)yes#end, #end", "1. yes, 2. yes, 3. , "},
		{
			"nested_foreach_vars_are_scoped", ``,
			"#foreach ($j in [1,2])#foreach ($i in [3, 4])$foreach.count,#end$foreach.count|#end", "1,2,1|1,2,2|",
		},
		{"no_assignment_to_outer_var_if_same_varname_in_block", ``,
			"#set($i = 1)$i,#foreach ($i in [2, 3, 4])$i,#set($i = $i)#end$i", "1,2,3,4,1"},
		{"single_line_comments_skipped", ``, "## comment\nStuff\nMore stuff## more comments $blah", "Stuff\nMore stuff"},
		{"multi_line_comments_skipped", ``, "Stuff#*\n more comments *#\n and more stuff", "Stuff\n and more stuff"},
		{"if_whitespace_and_newlines_ignored", ``, "\n#if(true)\nhello##\n#end", "\nhello"},
		{"use_define_with_no_parameters", ``, "#define ( $hello)hi#end$hello()$hello()", "hi()hi()"},
		{"define_with_local_namespace", ``,
			"#define ( $showindex )$foreach.index#end#foreach($x in [1,2,3])$showindex#end", "012"},
		{
			"use_defined_func_multiple_times", ``,
			"\n#define( $myfunc )$ctx#end\n#set( $ctx = 'foo' )\n$myfunc\n#set( $ctx = 'bar' )\n$myfunc\n", "\nfoo\nbar\n",
		},
		{
			"array_literal", `{"person":"Chris"}`,
			"blah\n#set($valuesInList = [\"Hello \", $person, \", your lucky number is \", 7])\n" +
				"#foreach($value in $valuesInList)$value#end\n\nblah",
			"blah\nHello Chris, your lucky number is 7\nblah",
		},
		{"foreach_with_unset_variable_expands_to_nothing", ``, "#foreach($value in $values)foo#end", ""},
		{"color_spec", ``, `<span style="color: #13ff93">`, `<span style="color: #13ff93">`},
		{"stop_directive", ``, "hello #stop world", "hello "},
		{"expressions_with_numbers_with_fractions", ``, "#set($a = 100.0 / 50)$a", "2.0"},
		{"array_notation_dict_index_with_string_literal", `{"a":{"b":{"c":{"foo:bar":"baz"}}}}`,
			"$a.b.c['foo:bar']", "baz"},
		{"array_notation_variable_index", `{"a":["foo","bar"]}`, "#set($i = 1)$a[ $i ]", "bar"},
		{"dict_put_item", `{"test_dict":{"k":"initial value"}}`,
			"#set( $ignore = $test_dict.put('k', 'new value') )$ignore - $test_dict.k", "initial value - new value"},
		{"dict_putall_items", `{"test_dict":{"k1":"v1"}}`,
			"#set( $ignore = $test_dict.putAll({'k1': 'v3', 'k2': 'v2'}))$test_dict.k1 - $test_dict.k2", "v3 - v2"},
		{"array_assign_item_via_brackets", ``,
			"#set($a = ['one', 'two', 'three'] )#set($i = 1)#set( $a[$i] = 'foo' )$a", "[one, foo, three]"},
		{"string_matches_full_date", ``,
			`#set( $s = "2020-01-20T08:00:00.000Z" )$s.matches("^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:00\.000Z$")`, "true"},
		{
			"multiline_dict_in_set_statement", ``,
			"\n        #set( $o = {\n          \"a\": \"b\"\n        } )\n" +
				"        {\n          \"key\": \"$o.a\"\n        }\n        ",
			"\n                {\n          \"key\": \"b\"\n        }\n        ",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := ""
			if c.given != "" {
				given, err := parseJSON(c.given)
				if err != nil {
					t.Fatal(err)
				}
				for _, name := range given.(*Map).keys {
					set += "#set($" + name + " = $input.path('$." + name + "'))"
				}
			}
			if got := rendered(t, set+c.template, &Env{Body: c.given}).Text; got != c.want {
				t.Errorf("want %q, got %q", c.want, got)
			}
		})
	}
}
