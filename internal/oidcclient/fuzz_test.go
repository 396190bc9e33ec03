package oidcclient

import (
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// FuzzTokenAnswer checks that a token endpoint's answer is read strictly: an accepted answer has one access token, and
// no characters that break a header.
func FuzzTokenAnswer(f *testing.F) {
	for _, text := range []string{
		`{"access_token":"a","token_type":"Bearer"}`,
		`{"access_token":"a","token_type":"bearer","expires_in":3600,"refresh_token":"r","id_token":"i.d.t"}`,
		`{"access_token":"a","token_type":"Bearer","expires_in":"3600"}`,
		`{"access_token":"a","token_type":"Bearer","expires_in":1e400}`,
		`{"access_token":"a","token_type":"Bearer","expires_in":-1}`,
		`{"access_token":"a\n","token_type":"Bearer"}`, `{"access_token":"","token_type":"Bearer"}`,
		`{"access_token":"a","access_token":"b","token_type":"Bearer"}`, `{"Access_token":"a","token_type":"Bearer"}`,
		`{"access_token":["a"],"token_type":"Bearer"}`, `{"access_token":"a","token_type":"DPoP"}`, `[]`, `null`, ``,
		`{"access_token":"a","token_type":"Bearer","refresh_token":null,"id_token":null,"expires_in":null}`,
	} {
		f.Add(text)
	}
	began := time.Unix(1_700_000_000, 0)
	f.Fuzz(func(t *testing.T, text string) {
		v, err := answer{200, "application/json", text}.object()
		if err != nil {
			return
		}
		got, err := readTokens(v, began)
		if err != nil {
			if word, ok := v.Get("access_token").Text(); ok && len(word) > 12 && strings.Contains(err.Error(), word) {
				t.Errorf("the error contains the token: %v", err)
			}
			return
		}
		for _, token := range []string{got.access, got.refresh, got.id} {
			if token != "" && !isPrintable(token) || len(token) > maxToken {
				t.Errorf("token %q", token)
			}
		}
		if got.access == "" || !v.Get("access_token").Is(got.access) || v.Kind() != strictjson.Object {
			t.Errorf("access token %q of %s", got.access, text)
		}
		if !got.expires.IsZero() && !got.expires.After(began) {
			t.Errorf("it expires at %v", got.expires)
		}
	})
}
