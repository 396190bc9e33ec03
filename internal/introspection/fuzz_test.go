package introspection

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

// Whatever an endpoint sends, an answer is active only if the standard library also reads active: true.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		active, `{"active":false}`, `{"active":true}`, `{"active":"true"}`, `{"Active":true}`, `{"act\u0069ve":true}`,
		`{"active":false,"active":true}`, `{"active":true,"exp":1e300}`, `{"active":true,"exp":-1.5}`, `{"active":true}x`,
		`[{"active":true}]`, `null`, "", "<html>", "\xef\xbb\xbf{\"active\":true}",
		`{"active":true,"scope":"a b","aud":["x"]}`,
		`{"active":true,"exp":"1"}`, `{"active":true,"nbf":null}`, `{"active":true,"a":{"a":{"a":[[[[]]]]}}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := parse(text)
		if (a == nil) == (err == nil) {
			t.Fatalf("%v, %v", a, err)
		}
		if err != nil && !errors.Is(err, jwt.ErrInactive) {
			return
		}
		var got map[string]json.RawMessage
		if e := json.Unmarshal([]byte(text), &got); e != nil {
			t.Fatalf("encoding/json does not read %q: %v", text, e)
		}
		var is bool
		if e := json.Unmarshal(got["active"], &is); e != nil || is != (err == nil) {
			t.Fatalf("%q: active is %s, and the outcome %v", text, got["active"], err)
		}
		if a != nil && a.size() < len(text) {
			t.Fatalf("%q takes %d bytes", text, a.size())
		}
	})
}
