package jwt

import (
	"strings"
	"time"
)

// rawClaims returns a token with a valid signature over any text in place of the claims.
func rawClaims(text string) string {
	return sign("RS256", keys()["rsa"], goodHeader("RS256").String(), text)
}

func claimCases() []contractCase {
	now := t0.Unix()
	var cases []contractCase
	add := func(name string, change object, want error) {
		cases = append(cases, contractCase{name: name, token: rs256(nil, change), want: want})
	}
	raw := func(name, text string, want error) {
		cases = append(cases, contractCase{name: name, token: rawClaims(text), want: want})
	}
	add("22 other claims do not matter", object{"extra": object{"a": []any{1, true, null}}}, nil)

	text := goodClaims().String()
	inside := text[1 : len(text)-1]
	raw("23 exp twice", `{`+inside+`,"exp":9999999999}`, ErrClaims)
	raw("23 exp twice, once escaped", `{`+inside+`,"\u0065xp":9999999999}`, ErrClaims)
	raw("23 iss twice with the same value", `{"iss":"`+testIssuer+`",`+inside+`}`, ErrClaims)
	raw("23 a name twice deep in the claims", `{`+inside+`,"x":[{"roles":[],"roles":[]}]}`, ErrClaims)
	add("24 EXP is not exp", object{"exp": nil, "EXP": now + 300}, ErrTime)
	add("24 Iss is not iss", object{"iss": nil, "Iss": testIssuer}, ErrIssuer)
	add("24 iſs is not iss", object{"iss": nil, "iſs": testIssuer}, ErrIssuer)
	add("24 Aud is not aud", object{"aud": nil, "Aud": testAudience}, ErrAudience)
	add("24 NBF is not nbf", object{"NBF": now + 300}, nil)
	add("24 EXP beside exp does not matter", object{"EXP": 1}, nil)
	for name, v := range map[string]any{
		"missing":   nil,
		"null":      null,
		"a string":  "9999999999",
		"true":      true,
		"an array":  []int64{now + 300},
		"an object": object{},
		"1e300":     jsonNumber("1e300"),
		"2^63":      jsonNumber("9223372036854775808"),
		"2^63-1":    jsonNumber("9223372036854775807"),
		"2^53":      1 << 53,
		"-1e300":    jsonNumber("-1e300"),
	} {
		add("25 exp "+name, object{"exp": v}, ErrTime)
	}
	for name, v := range map[string]any{
		"0":              0,
		"negative":       -1,
		"now":            now,
		"a second ago":   now - 1,
		"now and a half": jsonNumber("1700000000.5"),
		"1e-300":         jsonNumber("1e-300"),
		"negative 1e9":   jsonNumber("-1e9"),
	} {
		add("25 exp "+name, object{"exp": v}, ErrExpired)
	}
	add("25 exp in the year 9999 is accepted", object{"exp": 253402300799}, nil)
	add("25 exp in a second is accepted", object{"exp": now + 1}, nil)
	add("25 exp with an exponent is accepted", object{"exp": jsonNumber("1.8e9")}, nil)
	add("25 exp with a fraction is accepted", object{"exp": jsonNumber("1700000100.25")}, nil)
	raw("25 exp 1e999", strings.Replace(text, `"exp":1700000300`, `"exp":1e999`, 1), ErrClaims)
	cases = append(cases, contractCase{name: "25 exp gets no leeway", token: rs256(nil, object{"exp": now}),
		want: ErrExpired, change: func(o *Options) { o.Issuers[0].Leeway = maxLeeway }})
	for _, claim := range []string{"nbf", "iat"} {
		add("26 "+claim+" in a second", object{claim: now + 1}, ErrNotYet)
		add("26 "+claim+" in less than a second", object{claim: jsonNumber("1700000000.000000000000000000001")}, ErrNotYet)
		add("26 "+claim+" 1e300", object{claim: jsonNumber("1e300")}, ErrTime)
		add("26 "+claim+" the largest number", object{claim: jsonNumber("9223372036854775807")}, ErrTime)
		add("26 "+claim+" -1e300", object{claim: jsonNumber("-1e300")}, ErrTime)
		add("26 "+claim+" negative is accepted", object{claim: -1}, nil)
		add("26 "+claim+" a string", object{claim: "0"}, ErrTime)
		add("26 "+claim+" null", object{claim: null}, ErrTime)
		add("26 "+claim+" now is accepted", object{claim: now}, nil)
		add("26 "+claim+" missing is accepted", object{claim: nil}, nil)
		add("26 "+claim+" 0 is accepted", object{claim: 0}, nil)
		for name, c := range map[string]struct {
			at   int64
			want error
		}{"within the leeway": {now + 60, nil}, "beyond the leeway": {now + 61, ErrNotYet}} {
			cases = append(cases, contractCase{name: "26 " + claim + " " + name, token: rs256(nil, object{claim: c.at}),
				want: c.want, change: func(o *Options) { o.Issuers[0].Leeway = time.Minute }})
		}
	}
	for name, v := range map[string]any{
		"missing":                 nil,
		"null":                    null,
		"empty":                   "",
		"a prefix":                testIssuer[:len(testIssuer)-5],
		"with a slash less":       strings.TrimSuffix(testIssuer, "/"),
		"with a slash more":       testIssuer + "/",
		"in another case":         strings.ToUpper(testIssuer),
		"with something after it": testIssuer + "x",
		"an array":                []string{testIssuer},
		"a number":                1,
		"with a port":             "https://issuer.example.com:443/",
		"http instead of https":   "http://issuer.example.com/",
		"with a NUL after it":     testIssuer + "\x00",
	} {
		add("27 iss "+name, object{"iss": v}, ErrIssuer)
	}
	raw("27 iss with escaped slashes is the same",
		strings.Replace(text, testIssuer, strings.ReplaceAll(testIssuer, "/", `\/`), 1), nil)
	for name, v := range map[string]any{
		"missing":                             nil,
		"null":                                null,
		"empty":                               "",
		"an empty array":                      []string{},
		"of mixed types":                      []any{testAudience, 1},
		"of mixed types, the other way round": []any{null, testAudience},
		"another":                             "https://other.example.com",
		"a prefix":                            testAudience[:len(testAudience)-1],
		"with something after it":             testAudience + "/",
		"in another case":                     strings.ToUpper(testAudience),
		"an object":                           object{testAudience: true},
		"nested":                              []any{[]string{testAudience}},
		"true":                                true,
		"a list in a string":                  testAudience + " x",
	} {
		add("28 aud "+name, object{"aud": v}, ErrAudience)
	}
	add("28 aud an array with others is accepted", object{"aud": []string{"x", testAudience}}, nil)
	cases = append(cases, contractCase{name: "28 any of several audiences is accepted",
		token: rs256(nil, object{"aud": "b"}), change: func(o *Options) { o.Issuers[0].Audiences = []string{"a", "b"} }})

	access := func(o *Options) { o.Issuers[0].TokenUse, o.Issuers[0].Audiences = "access", []string{"client-1"} }
	id := func(o *Options) { o.Issuers[0].TokenUse, o.Issuers[0].Audiences = "id", []string{"client-1"} }
	accessToken := object{"aud": nil, "token_use": "access", "client_id": "client-1"}
	idToken := object{"aud": "client-1", "token_use": "id"}
	for _, c := range []struct {
		name   string
		claims object
		want   error
		change func(*Options)
	}{
		{"29 Cognito's access token", accessToken, nil, access},
		{"29 Cognito's ID token", idToken, nil, id},
		{"29 Cognito's ID token where an access token is required", idToken, ErrTokenUse, access},
		{"29 Cognito's access token where an ID token is required", accessToken, ErrTokenUse, id},
		{"29 token_use missing", accessToken.with(object{"token_use": nil}), ErrTokenUse, access},
		{"29 token_use a list", accessToken.with(object{"token_use": []string{"access"}}), ErrTokenUse, access},
		{"29 token_use in another case", accessToken.with(object{"token_use": "Access"}), ErrTokenUse, access},
		{"29 another client_id", accessToken.with(object{"client_id": "client-2"}), ErrAudience, access},
		{"29 client_id missing", accessToken.with(object{"client_id": nil}), ErrAudience, access},
		{"29 client_id a list", accessToken.with(object{"client_id": []string{"client-1"}}), ErrAudience, access},
		{"29 client_id missing and aud there", accessToken.with(object{"client_id": nil, "aud": "client-1"}), ErrAudience,
			access},
		{"29 an ID token with a client_id but no aud", idToken.with(object{"aud": nil, "client_id": "client-1"}), ErrAudience,
			id},
	} {
		cases = append(cases, contractCase{name: c.name, token: rs256(nil, c.claims), want: c.want, change: c.change})
	}
	for name, v := range map[string]any{
		"of DPoP":          object{"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"},
		"of a certificate": object{"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"},
		"empty":            object{},
		"null":             null,
		"a string":         "x",
	} {
		add("53 cnf "+name, object{"cnf": v}, ErrBound)
		cases = append(cases, contractCase{name: "53 cnf " + name + " where the issuer accepts bound tokens",
			token: rs256(nil, object{"cnf": v}), change: func(o *Options) { o.Issuers[0].AcceptBoundTokens = true }})
	}
	add("53 CNF is not cnf", object{"CNF": object{"jkt": "x"}}, nil)
	add("53 cnf within another claim", object{"act": object{"cnf": object{"jkt": "x"}}}, nil)
	cases = append(cases, limitCases()...)
	deep := func(n int) string {
		return `{` + inside + `,"x":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}`
	}
	raw("30 claims nested as deep as allowed", deep(31), nil)
	raw("30 claims nested too deep", deep(32), ErrClaims)
	raw("30 claims nested very deep", deep(2000), ErrClaims)
	raw("30 claims with invalid UTF-8", `{`+inside+",\"x\":\"\xc3\x28\"}", ErrClaims)
	raw("30 claims with a lone surrogate", `{`+inside+`,"x":"\udfff"}`, ErrClaims)
	raw("30 trailing data", text+`x`, ErrClaims)
	raw("30 two objects", text+text, ErrClaims)
	raw("30 a NUL after the claims", text+"\x00", ErrClaims)
	raw("30 a byte order mark", "\ufeff"+text, ErrClaims)
	raw("30 cut short", text[:len(text)-1], ErrClaims)
	raw("30 claims that are an array", `[`+text+`]`, ErrClaims)
	raw("30 claims that are a string", `"claims"`, ErrClaims)
	raw("30 empty claims", ``, ErrClaims)
	raw("30 a nested token", good("RS256"), ErrClaims)
	add("47 sub a number", object{"sub": 1}, ErrClaimType)
	add("47 sub a list", object{"sub": []string{"user-1"}}, ErrClaimType)
	add("47 jti a number", object{"jti": 1}, ErrClaimType)
	return cases
}

func goodCases() []contractCase {
	var cases []contractCase
	for _, alg := range allAlgorithms {
		cases = append(cases, contractCase{name: "a good " + alg + " token", token: good(alg)})
	}
	for _, alg := range []string{"HS256", "HS384", "HS512"} {
		cases = append(cases,
			contractCase{name: "a good " + alg + " token", token: good(alg), change: withSecret(alg, keys()["secret"].secret)},
			contractCase{name: "18 " + alg + " with another secret",
				token:  sign(alg, keys()["secret2"], goodHeader(alg).String(), goodClaims().String()),
				want:   ErrSignature,
				change: withSecret(alg, keys()["secret"].secret)},
			contractCase{name: "18 " + alg + " cut short", token: resigned(alg, func(s []byte) []byte { return s[:len(s)-1] }),
				want:   ErrSignatureShape,
				change: withSecret(alg, keys()["secret"].secret)},
			contractCase{name: "16 " + alg + " with any kid: a secret has no name",
				token:  sign(alg, keys()["secret"], goodHeader(alg).with(object{"kid": "x"}).String(), goodClaims().String()),
				change: withSecret(alg, keys()["secret"].secret)},
		)
	}
	return cases
}
