package authztest

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
)

func (c *corpus) headers() {
	for name, member := range map[string]Object{
		"crit of something unknown": {"crit": []string{"exp"}, "exp": 1},
		"crit empty":                {"crit": []string{}},
		"crit a string":             {"crit": "b64"},
		"crit with b64":             {"crit": []string{"b64"}, "b64": false},
		"b64 alone":                 {"b64": true},
		"crit null":                 {"crit": Null},
	} {
		c.bad(21, name, c.token(member, nil))
	}
	c.bad(22, "zip", c.token(Object{"zip": "DEF"}, nil))
	for _, typ := range []string{"dpop+jwt", "logout+jwt", "secevent+jwt", "application/logout+jwt", "JWE", "JWT ", ""} {
		c.bad(22, fmt.Sprintf("typ %q", typ), c.token(Object{"typ": typ}, nil))
	}
	c.bad(22, "typ a number", c.token(Object{"typ": 1}, nil))
}

func (c *corpus) names() {
	claims, head := c.claims(nil).String(), header("RS256").String()
	k := KeyFor("RS256")
	twice := func(object, member string) string { return strings.TrimSuffix(object, "}") + "," + member + "}" }
	c.bad(23, "alg twice", k.Sign("RS256", twice(head, `"alg":"RS256"`), claims))
	c.bad(23, "kid twice, once in escapes", k.Sign("RS256", twice(head, `"\u006bid":"rsa-1"`), claims))
	c.bad(23, "exp twice", c.withClaims(twice(claims, fmt.Sprintf(`"exp":%d`, c.now+300))))
	c.bad(23, "iss twice, once in escapes", c.withClaims(twice(claims, fmt.Sprintf(`"\u0069ss":%q`, c.issuer))))
	c.bad(23, "twice in a nested object", c.withClaims(twice(claims, `"realm":{"roles":["a"],"roles":["b"]}`)))

	for name, change := range map[string]Object{
		"EXP":              {"exp": nil, "EXP": c.now + 300},
		"Exp":              {"exp": nil, "Exp": c.now + 300},
		"Iss":              {"iss": nil, "Iss": c.issuer},
		"iſs":              {"iss": nil, "iſs": c.issuer},
		"AUD":              {"aud": nil, "AUD": c.audience},
		"exp with a space": {"exp": nil, "exp ": c.now + 300},
	} {
		c.bad(24, name, c.token(nil, change))
	}
	c.bad(24, "ALG in the header", c.token(Object{"alg": nil, "ALG": "RS256"}, nil))
}

func (c *corpus) times() {
	for name, exp := range map[string]any{
		"missing":                nil,
		"null":                   Null,
		"0":                      0,
		"a string":               fmt.Sprint(c.now + 300),
		"negative":               -1,
		"1e300":                  json.RawMessage("1e300"),
		"1e400":                  json.RawMessage("1e400"),
		"now":                    c.now,
		"a second ago":           c.now - 1,
		"true":                   true,
		"an array":               []int64{c.now + 300},
		"an object":              Object{},
		"NaN":                    "NaN",
		"half a second from now": json.RawMessage(fmt.Sprintf("%d.5", c.now)),
	} {
		c.bad(25, "exp "+name, c.token(nil, Object{"exp": exp}))
	}
	for _, claim := range []string{"nbf", "iat"} {
		for name, value := range map[string]any{
			"a second ahead": c.now + 1,
			"an hour ahead":  c.now + 3600,
			"a string":       "0",
			"null":           Null,
			"1e300":          json.RawMessage("1e300"),
			"the largest":    int64(math.MaxInt64),
		} {
			c.bad(26, claim+" "+name, c.token(nil, Object{claim: value}))
		}
	}
}

func (c *corpus) identity() {
	for name, iss := range map[string]any{
		"a prefix":      c.issuer[:len(c.issuer)-1],
		"a slash more":  c.issuer + "/",
		"longer":        c.issuer + ".attacker.example.com",
		"in upper case": strings.ToUpper(c.issuer),
		"an array":      []string{c.issuer},
		"missing":       nil,
		"null":          Null,
		"empty":         "",
		"another":       "https://attacker.example.com",
		"a space more":  c.issuer + " ",
	} {
		c.bad(27, "iss "+name, c.token(nil, Object{"iss": iss}))
	}
	for name, aud := range map[string]any{
		"missing":            nil,
		"null":               Null,
		"empty":              "",
		"an empty array":     []string{},
		"another":            "another",
		"of mixed types":     []any{c.audience, 1},
		"a nested array":     []any{[]string{c.audience}},
		"an object":          Object{c.audience: true},
		"a prefix":           c.audience[:len(c.audience)-1],
		"longer":             c.audience + "/x",
		"a number":           1,
		"in upper case":      strings.ToUpper(c.audience),
		"a list in a string": "another " + c.audience,
	} {
		c.bad(28, "aud "+name, c.token(nil, Object{"aud": aud}))
	}
	for name, sub := range map[string]any{
		"missing":                 nil,
		"null":                    Null,
		"empty":                   "",
		"a number":                1,
		"an array":                []string{"user-1"},
		"300 bytes":               strings.Repeat("u", 300),
		"100 bytes that take 300": strings.Repeat("\n", 100),
	} {
		c.bad(47, "sub "+name, c.token(nil, Object{"sub": sub}))
	}
}

func (c *corpus) texts() {
	claims := strings.TrimSuffix(c.claims(nil).String(), "}")
	k, head := KeyFor("RS256"), header("RS256").String()
	c.bad(
		30,
		"a thousand arrays deep",
		c.withClaims(claims+`,"x":`+strings.Repeat("[", 1000)+strings.Repeat("]", 1000)+"}"),
	)
	c.bad(
		30,
		"a thousand objects deep",
		c.withClaims(claims+`,"x":`+strings.Repeat(`{"a":`, 500)+"1"+strings.Repeat("}", 500)+"}"),
	)
	c.bad(30, "invalid UTF-8 in the claims", c.withClaims(claims+",\"x\":\"\xff\"}"))
	c.bad(30, "a lone surrogate", c.withClaims(claims+`,"x":"\ud800"}`))
	c.bad(30, "invalid UTF-8 in the header", k.Sign("RS256", strings.TrimSuffix(head, "}")+",\"x\":\"\xc3\"}", claims+"}"))
	c.bad(30, "something after the claims", c.withClaims(claims+"}{}"))
	c.bad(30, "a NUL after the claims", c.withClaims(claims+"}\x00"))
	c.bad(30, "something after the header", k.Sign("RS256", head+" x", claims+"}"))
	c.bad(30, "a byte order mark", c.withClaims("\xef\xbb\xbf"+claims+"}"))
	c.bad(30, "claims that are an array", c.withClaims("["+claims+"}]"))
	c.bad(30, "claims that are null", c.withClaims("null"))
	c.bad(30, "empty claims", c.withClaims(""))
	c.bad(30, "claims cut off", c.withClaims(claims))
	c.bad(30, "a comment", c.withClaims(claims+`,/* */"x":1}`))
	c.bad(30, "a comma too many", c.withClaims(claims+",}"))
	c.bad(30, "NaN", c.withClaims(claims+`,"x":NaN}`))
}
