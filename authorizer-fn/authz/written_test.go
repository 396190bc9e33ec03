package authz

import (
	"reflect"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// The constructs do not import this package. They write the names of package settings, which must be the same.
func TestNamesMatchConstructs(t *testing.T) {
	for _, c := range []struct{ name, here, written string }{
		{"the variable", ConfigVariable, settings.AuthorizerVariable},
		{"build tag of introspection", IntrospectionTag, settings.IntrospectionTag},
		{"build tag of sessions", SessionTag, settings.SessionTag},
		{"build tag of tables", TableTag, settings.TableTag},
		{"build tag of bindings", BindingTag, settings.BindingTag},
		{"build tag of proof tables", ProofTableTag, settings.ProofTableTag},
		{"build tag of owners", OwnershipTag, settings.OwnershipTag},
		{"header", string(Header), settings.Header},
		{"cookie", string(Cookie), settings.Cookie},
		{"query string", string(QueryString), settings.QueryString},
		{"the session's cookie", DefaultSessionCookie, settings.DefaultCookie},
		{"idle time-out", DefaultSessionIdleTimeout.String(), settings.DefaultIdleTimeout.String()},
		{"longest age of a session", DefaultSessionMaxAge.String(), settings.DefaultMaxAge.String()},
	} {
		if c.here != c.written {
			t.Errorf("%s: got %q, want %q, which the constructs write", c.name, c.here, c.written)
		}
	}
}

// A function does not start with an unknown setting, so it must know every setting that the constructs can write.
// TestEnvironmentRoundTrip checks that they can write every setting that it knows.
func TestFieldsMatchConstructs(t *testing.T) {
	for written, here := range map[reflect.Type]reflect.Type{
		reflect.TypeFor[settings.Authorizer]():    reflect.TypeFor[Config](),
		reflect.TypeFor[settings.Issuer]():        reflect.TypeFor[Issuer](),
		reflect.TypeFor[settings.Introspection](): reflect.TypeFor[Introspection](),
		reflect.TypeFor[settings.Session]():       reflect.TypeFor[Session](),
		reflect.TypeFor[settings.SessionTable]():  reflect.TypeFor[SessionTable](),
		reflect.TypeFor[settings.TokenSource]():   reflect.TypeFor[TokenSource](),
	} {
		for field := range written.Fields() {
			if _, ok := here.FieldByName(field.Name); !ok {
				t.Errorf("the constructs can write %s.%s, which the function does not read", written, field.Name)
			}
		}
	}
}
