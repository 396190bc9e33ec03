package iampolicy

import (
	"fmt"
	"testing"
)

// TestConditions has each operator with a value that matches and one that does not.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
func TestConditions(t *testing.T) {
	for _, c := range []struct {
		operator, key string
		policy        string // JSON
		request       []string
		want          bool
	}{
		{"StringEquals", "aws:PrincipalOrgID", `"o-a1b2c3d4e5"`, []string{"o-a1b2c3d4e5"}, true},
		{"StringEquals", "aws:PrincipalOrgID", `["o-x","o-y"]`, []string{"o-y"}, true},
		{"StringEquals", "aws:PrincipalOrgID", `"o-a*"`, []string{"o-a1"}, false},
		{"StringEquals", "aws:PrincipalOrgID", `"o-${*}"`, []string{"o-*"}, true},
		{"StringEquals", "aws:SourceVpce", `"VPCE-1"`, []string{"vpce-1"}, false},
		{"StringEquals", "AWS:sourcevpc", `"vpc-1"`, []string{"vpc-1"}, true}, // keys are the same in any case
		{"StringNotEquals", "aws:SourceVpc", `["vpc-1","vpc-2"]`, []string{"vpc-2"}, false},
		{"StringNotEquals", "aws:SourceVpc", `["vpc-1","vpc-2"]`, []string{"vpc-3"}, true},
		{"StringEqualsIgnoreCase", "aws:SourceVpce", `"VPCE-1"`, []string{"vpce-1"}, true},
		{"StringEqualsIgnoreCase", "aws:SourceVpce", `"VPCE-1"`, []string{"vpce-2"}, false},
		{"StringEqualsIgnoreCase", "aws:SourceVpce", `"VPCE-${*}"`, []string{"vpce-*"}, true},
		{"StringNotEqualsIgnoreCase", "aws:SourceVpce", `"VPCE-1"`, []string{"vpce-1"}, false},
		{"StringNotEqualsIgnoreCase", "aws:SourceVpce", `"VPCE-1"`, []string{"vpce-2"}, true},
		{"StringLike", "aws:Referer", `"https://shop.example.com/*"`, []string{"https://shop.example.com/a/b"}, true},
		{"StringLike", "aws:UserAgent", `"curl/?.*"`, []string{"curl/8.0"}, true},
		{"StringLike", "aws:UserAgent", `"curl/?.*"`, []string{"wget/8.0"}, false},
		{"StringNotLike", "aws:UserAgent", `"curl/*"`, []string{"curl/8.0"}, false},
		{"StringNotLike", "aws:UserAgent", `"curl/*"`, []string{"wget"}, true},

		{"IpAddress", "aws:SourceIp", `"203.0.113.0/24"`, []string{"203.0.113.7"}, true},
		{"IpAddress", "aws:SourceIp", `"203.0.113.0/24"`, []string{"203.0.114.7"}, false},
		{"IpAddress", "aws:SourceIp", `"203.0.113.7"`, []string{"203.0.113.7"}, true},
		{"IpAddress", "aws:SourceIp", `"203.0.113.77/24"`, []string{"203.0.113.7"}, true}, // bits of the host do not matter
		{"IpAddress", "aws:SourceIp", `["198.51.100.0/24","2001:db8::/32"]`, []string{"2001:db8::1"}, true},
		{"IpAddress", "aws:SourceIp", `"203.0.113.0/24"`, []string{"::ffff:203.0.113.7"}, true},
		{"IpAddress", "aws:SourceIp", `"0.0.0.0/0"`, []string{"2001:db8::1"}, false},
		{"IpAddress", "aws:VpcSourceIp", `"10.0.0.0/8"`, []string{"10.1.2.3"}, true},
		{"IpAddress", "aws:SourceIp", `"0.0.0.0/0"`, []string{"nonsense"}, false},
		{"NotIpAddress", "aws:SourceIp", `["203.0.113.0/24","198.51.100.0/24"]`, []string{"198.51.100.1"}, false},
		{"NotIpAddress", "aws:SourceIp", `["203.0.113.0/24","198.51.100.0/24"]`, []string{"192.0.2.1"}, true},
		{"NotIpAddress", "aws:SourceIp", `"203.0.113.0/24"`, []string{"nonsense"}, true},

		{"ArnEquals", "aws:PrincipalArn", `"arn:aws:iam::123456789012:role/*"`,
			[]string{"arn:aws:iam::123456789012:role/a/b"}, true}, // the same as ArnLike
		{"ArnLike", "aws:PrincipalArn", `"arn:aws:iam::*:role/deploy"`, []string{"arn:aws:iam::123456789012:role/deploy"},
			true},
		{"ArnLike", "aws:PrincipalArn", `"arn:aws:*:role/deploy:x:y"`, []string{"arn:aws:iam::123456789012:role/deploy"},
			false}, // part by part
		{"ArnLike", "aws:PrincipalArn", `"arn:*:*:*:*:*"`, []string{"nonsense"}, false},
		// The sixth part has all further colons.
		{"ArnLike", "aws:SourceArn", `"arn:aws:lambda:*:*:fun*:f"`, []string{"arn:aws:lambda:us-east-1:1:function:f"}, true},
		{"ArnLike", "aws:SourceArn", `"arn:aws:lambda:*:*:function:f"`, []string{"arn:aws:lambda:us-east-1:1:function"},
			false},
		{"ArnNotEquals", "aws:PrincipalArn", `"arn:aws:iam::123456789012:role/a"`,
			[]string{"arn:aws:iam::123456789012:role/a"}, false},
		{"ArnNotLike", "aws:PrincipalArn", `"arn:aws:iam::*:role/a"`, []string{"arn:aws:iam::123456789012:role/b"}, true},

		{"Bool", "aws:SecureTransport", `"true"`, []string{"true"}, true},
		{"Bool", "aws:SecureTransport", `true`, []string{"false"}, false},
		{"Bool", "aws:SecureTransport", `"False"`, []string{"false"}, true},
		{"BinaryEquals", "x:key", `"QmluYXJ5"`, []string{"QmluYXJ5"}, true},
		{"BinaryEquals", "x:key", `"QmluYXJ5"`, []string{"QmluYXJ6"}, false},
		{"BinaryEquals", "x:key", `"QmluYXJ5"`, []string{"%"}, false},

		{"NumericEquals", "x:n", `10`, []string{"10.0"}, true},
		{"NumericEquals", "x:n", `"9007199254740993"`, []string{"9007199254740992"}, false},
		// more digits than a float64 can represent
		{"NumericNotEquals", "x:n", `["1","2"]`, []string{"2"}, false},
		{"NumericNotEquals", "x:n", `["1","2"]`, []string{"3"}, true},
		{"NumericLessThan", "x:n", `"10"`, []string{"9"}, true},
		{"NumericLessThan", "x:n", `"10"`, []string{"10"}, false},
		{"NumericLessThanEquals", "x:n", `"10"`, []string{"10"}, true},
		{"NumericGreaterThan", "x:n", `"-1.5"`, []string{"-1.4"}, true},
		{"NumericGreaterThan", "x:n", `"-1.5"`, []string{"-1.5"}, false},
		{"NumericGreaterThanEquals", "x:n", `"1"`, []string{"+1"}, true},
		{"NumericGreaterThanEquals", "x:n", `"1"`, []string{"inf"}, false},
		{"NumericEquals", "x:n", `"1"`, []string{"1."}, false},
		{"NumericEquals", "x:n", `"1"`, []string{"1.0"}, true},
		{"NumericLessThan", "x:n", `"1"`, []string{".5"}, false},
		{"NumericLessThan", "x:n", `"1"`, []string{""}, false},

		{"DateEquals", "aws:CurrentTime", `"2020-04-01T00:00:00Z"`, []string{"2020-04-01T02:00:00+02:00"}, true},
		{"DateNotEquals", "aws:CurrentTime", `"2020-04-01"`, []string{"2020-04-01T00:00:00Z"}, false},
		{"DateLessThan", "aws:CurrentTime", `"2020-04-01T00:00:00Z"`, []string{"2020-03-31T23:59:59.999Z"}, true},
		{"DateLessThan", "aws:CurrentTime", `"2020-04-01T00:00Z"`, []string{"2020-04-01T00:00:00Z"}, false},
		{"DateLessThanEquals", "aws:CurrentTime", `"2020-04"`, []string{"2020-04-01T00:00:00Z"}, true},
		{"DateGreaterThan", "aws:EpochTime", `"2020"`, []string{"1577836801"}, true},
		{"DateGreaterThan", "aws:CurrentTime", `1577836801`, []string{"2020-01-01T00:00:01Z"}, false},
		{"DateGreaterThanEquals", "aws:CurrentTime", `"2020-01-01"`, []string{"2019-12-31T23:59:59Z"}, false},
		{"DateGreaterThan", "aws:CurrentTime", `"2020-01-01"`, []string{"later"}, false},
		{"DateLessThan", "aws:CurrentTime", `"2020-01-01"`, []string{""}, false},
		// more seconds than an int64 can represent
		{"DateGreaterThan", "aws:EpochTime", `"2020-01-01"`, []string{"4000000000000000000"}, false},
		{"DateLessThan", "aws:EpochTime", `"2020-01-01"`, []string{"18446744073709551616"}, false},

		{"Null", "aws:SourceVpce", `"true"`, nil, true},
		{"Null", "aws:SourceVpce", `true`, []string{"vpce-1"}, false},
		{"Null", "aws:SourceVpce", `"false"`, []string{"vpce-1"}, true},
		{"Null", "aws:SourceVpce", `false`, nil, false},

		// An absent key does not match, as the negated operators require.
		{"StringEquals", "aws:SourceVpce", `"vpce-1"`, nil, false},
		{"StringNotEquals", "aws:SourceVpce", `"vpce-1"`, nil, true},
		{"StringLike", "aws:Referer", `"*"`, nil, false},
		{"StringNotLike", "aws:Referer", `"*"`, nil, true},
		{"IpAddress", "aws:SourceIp", `"0.0.0.0/0"`, nil, false},
		{"NotIpAddress", "aws:SourceIp", `"0.0.0.0/0"`, nil, true},
		{"ArnNotLike", "aws:PrincipalArn", `"arn:*:*:*:*:*"`, nil, true},
		{"NumericNotEquals", "x:n", `"1"`, nil, true},
		{"DateGreaterThan", "aws:CurrentTime", `"2020"`, nil, false},
		{"Bool", "aws:SecureTransport", `"false"`, nil, false},

		// With IfExists, a condition on an absent key has no effect.
		{"StringEqualsIfExists", "aws:SourceVpce", `"vpce-1"`, nil, true},
		{"StringEqualsIfExists", "aws:SourceVpce", `"vpce-1"`, []string{"vpce-2"}, false},
		{"StringEqualsIfExists", "aws:SourceVpce", `"vpce-1"`, []string{"vpce-1"}, true},
		{"StringNotEqualsIfExists", "aws:SourceVpce", `"vpce-1"`, nil, true},
		{"IpAddressIfExists", "aws:SourceIp", `"203.0.113.0/24"`, nil, true},
		{"NumericLessThanIfExists", "x:n", `"1"`, []string{"2"}, false},
		{"ForAnyValue:StringLikeIfExists", "aws:TagKeys", `"a*"`, nil, true},

		// Keys with several values.
		{"ForAllValues:StringEquals", "aws:TagKeys", `["a","b"]`, []string{"a", "b"}, true},
		{"ForAllValues:StringEquals", "aws:TagKeys", `["a","b"]`, []string{"a", "c"}, false},
		{"ForAllValues:StringEquals", "aws:TagKeys", `["a","b"]`, nil, true},
		{"ForAllValues:StringNotLike", "aws:TagKeys", `["x*","y*"]`, []string{"a", "yb"}, false},
		{"ForAllValues:StringNotLike", "aws:TagKeys", `["x*","y*"]`, []string{"a", "b"}, true},
		{"ForAnyValue:StringEquals", "aws:TagKeys", `["a","b"]`, []string{"c", "b"}, true},
		{"ForAnyValue:StringEquals", "aws:TagKeys", `["a","b"]`, []string{"c", "d"}, false},
		{"ForAnyValue:StringEquals", "aws:TagKeys", `["a","b"]`, nil, false},
		{"ForAnyValue:StringNotEquals", "aws:TagKeys", `["a","b"]`, []string{"a", "c"}, true},
		{"ForAnyValue:StringNotEquals", "aws:TagKeys", `["a","b"]`, []string{"a", "b"}, false},
		{"ForAnyValue:StringNotEquals", "aws:TagKeys", `["a","b"]`, nil, false},
		{"StringEquals", "aws:TagKeys", `"a"`, []string{"b", "a"}, true},
		{"StringNotEquals", "aws:TagKeys", `"a"`, []string{"b", "a"}, false},
	} {
		t.Run(fmt.Sprintf("%s %s %s %q", c.operator, c.key, c.policy, c.request), func(t *testing.T) {
			context := Context{}
			if c.request != nil {
				context.Set(c.key, c.request...)
			}
			// The context also has another key that must not be mistaken for it.
			context.Set("x:other", "vpce-1", "203.0.113.7", "true", "1", "a")
			for _, effect := range []Effect{Allow, Deny} {
				d := document(t, fmt.Sprintf(`{"Statement":{"Effect":%q,"Action":"*","Resource":"*","Condition":{%q:{%q:%s}}}}`,
					effect, c.operator, c.key, c.policy))
				if got := d.Evaluate(Request{Action: InvokeAction, Context: context}).Statement == 0; got != c.want {
					t.Errorf("in a statement of %s: want %v, got %v", effect, c.want, got)
				}
			}
		})
	}
}

// TestConditionsTogether checks that all operators and keys must be met, and that values are alternatives.
func TestConditionsTogether(t *testing.T) {
	d := document(t, `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"arn:aws:execute-api:*"},
		{"Effect":"Deny","Principal":"*","Action":"execute-api:Invoke","Resource":"arn:aws:execute-api:*",
		 "Condition":{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"},
			"StringNotEquals":{"aws:SourceVpce":["vpce-1","vpce-2"],"aws:PrincipalAccount":"123456789012"}}}]}`)
	for _, c := range []struct {
		name string
		keys map[string]string
		want Outcome
	}{
		{"from inside the range", map[string]string{"aws:SourceIp": "203.0.113.7"}, Allowed},
		{"from outside, without other keys", map[string]string{"aws:SourceIp": "192.0.2.1"}, ExplicitDeny},
		{"through an endpoint", map[string]string{"aws:SourceIp": "192.0.2.1", "aws:SourceVpce": "vpce-2"}, Allowed},
		{"through another endpoint", map[string]string{"aws:SourceIp": "192.0.2.1", "aws:SourceVpce": "vpce-3"},
			ExplicitDeny},
		{"of the account", map[string]string{"aws:SourceIp": "192.0.2.1", "aws:PrincipalAccount": "123456789012"}, Allowed},
		{"no keys", nil, ExplicitDeny},
	} {
		t.Run(c.name, func(t *testing.T) {
			context := Context{}
			for k, v := range c.keys {
				context.Set(k, v)
			}
			if got := d.Evaluate(Request{Action: InvokeAction, Resource: prefix + "GET/a",
				Context: context}).Outcome; got != c.want {
				t.Errorf("want %v, got %v", c.want, got)
			}
		})
	}
}

// TestNegatedIsTheOpposite checks that an operator and its negation never agree, for any values.
func TestNegatedIsTheOpposite(t *testing.T) {
	r := newRand(71)
	values := []string{"", "a", "A", "a*", "1", "1.0", "-2", "2020", "2020-01-01", "203.0.113.7", "203.0.113.0/24",
		"2001:db8::1", "arn:aws:iam::1:role/a", "arn:aws:iam::*:role/*", "true", "QQ=="}
	pairs := map[string]string{"StringEquals": "StringNotEquals", "StringEqualsIgnoreCase": "StringNotEqualsIgnoreCase",
		"StringLike":    "StringNotLike",
		"ArnLike":       "ArnNotLike",
		"ArnEquals":     "ArnNotEquals",
		"IpAddress":     "NotIpAddress",
		"NumericEquals": "NumericNotEquals", "DateEquals": "DateNotEquals"}
	for range 2000 {
		c := Condition{Key: "k", Values: []string{values[r.IntN(len(values))], values[r.IntN(len(values))]}}
		context := Context{}
		for range r.IntN(3) {
			context["k"] = append(context["k"], values[r.IntN(len(values))])
		}
		for operator, opposite := range pairs {
			c.Operator = operator
			met, understood := c.met(context)
			c.Operator = opposite
			if not, ok := c.met(context); !understood || !ok || met == not {
				t.Fatalf("%s and %s of %q on %q: %v and %v", operator, opposite, c.Values, context["k"], met, not)
			}
		}
	}
}
