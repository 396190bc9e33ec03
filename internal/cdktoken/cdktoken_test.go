package cdktoken

import "testing"

func TestUnresolved(t *testing.T) {
	for _, tt := range []struct {
		name, text    string
		holds, isList bool
	}{
		{"a text", "shop", false, false},
		{"an empty text", "", false, false},
		{"a token", "${Token[TOKEN.7]}", true, false},
		{"a token in a text", "https://${Token[Pool.Domain.12]}.example.com", true, false},
		{"a list", "#{Token[TOKEN.7]}", true, true},
		{"a CloudFormation variable", "${AWS::Region}", false, false},
		{"a cut token", "Token[TOKEN.7]", false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if holds, isList := Unresolved(tt.text), UnresolvedList(tt.text); holds != tt.holds || isList != tt.isList {
				t.Errorf("got %v and a list %v, want %v and %v", holds, isList, tt.holds, tt.isList)
			}
		})
	}
}

func TestUnresolvedNumber(t *testing.T) {
	for _, tt := range []struct {
		name   string
		number float64
		want   bool
	}{
		{"zero", 0, false},
		{"a count", 300, false},
		{"a negative number", -1, false},
		{"a token", -1.8881545897087626e+289, true}, // that of CDK's first number
	} {
		if got := UnresolvedNumber(tt.number); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}
