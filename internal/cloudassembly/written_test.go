package cloudassembly

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestWritten(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"a text", `"orders"`, "orders"},
		{"a number", `90`, "90"},
		{"a boolean", `true`, "true"},
		{"a reference", `{"Ref": "Table"}`, "${Table}"},
		{"an attribute", `{"Fn::GetAtt": ["Users", "Arn"]}`, "${Users.Arn}"},
		{"an attribute in one text", `{"Fn::GetAtt": "Users.Arn"}`, "${Users.Arn}"},
		{"joined", `{"Fn::Join": ["-", ["a", {"Ref": "B"}, 3]]}`, "a-${B}-3"},
		{"substituted", `{"Fn::Sub": "x-${AWS::Region}"}`, "x-${AWS::Region}"},
		{"a text that looks like a reference", `"${Users}"`, "${!Users}"},
		{"joined by such a text", `{"Fn::Join": ["${", ["a", "b"]]}`, "a${!b"},
		{"a dynamic reference is not its value",
			`{"Fn::Join": ["", ["{{resolve:secretsmanager:", {"Ref": "Key"}, ":SecretString}}"]]}`,
			"{{resolve:secretsmanager:${Key}:SecretString}}"},
		{"a function without a notation", `{"Fn::ImportValue": "Shared:Users"}`, `${{"Fn::ImportValue":"Shared:Users"}}`},
		{"variables of Fn::Sub", `{"Fn::Sub": ["${a}", {"a": "<b>"}]}`, `${{"Fn::Sub":["${a}",{"a":"<b>"}]}}`},
		{"a malformed reference", `{"Ref": ["a"]}`, `${{"Ref":["a"]}}`},
		{"a malformed attribute", `{"Fn::GetAtt": ["a"]}`, `${{"Fn::GetAtt":["a"]}}`},
		{"a malformed list", `{"Fn::Join": ["", {"Ref": "List"}]}`, `${{"Fn::Join":["",{"Ref":"List"}]}}`},
		{"null", `null`, "null"},
		{"a map", `{"a": [1, {"Ref": "B"}]}`, `{"a":[1,{"Ref":"B"}]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := json.NewDecoder(strings.NewReader(c.value))
			d.UseNumber()
			var v any
			if err := d.Decode(&v); err != nil {
				t.Fatal(err)
			}
			if got := Written(v); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
