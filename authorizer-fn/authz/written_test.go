package authz

import (
	"reflect"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// TestNamesAreTheConstructs: the constructs write names of package settings, as they do not link this one.
func TestNamesAreTheConstructs(t *testing.T) {
	for _, c := range []struct{ name, here, written string }{
		{"the variable", ConfigVariable, settings.AuthorizerVariable},
		{"tag of introspection", IntrospectionTag, settings.IntrospectionTag},
		{"tag of sessions", SessionTag, settings.SessionTag},
		{"tag of tables", TableTag, settings.TableTag},
		{"tag of owners", OwnershipTag, settings.OwnershipTag},
		{"header", string(Header), settings.Header},
		{"cookie", string(Cookie), settings.Cookie},
		{"query string", string(QueryString), settings.QueryString},
		{"the session's cookie", DefaultSessionCookie, settings.DefaultCookie},
		{"end of idle sessions", DefaultSessionIdleTimeout.String(), settings.DefaultIdleTimeout.String()},
		{"end of sessions", DefaultSessionMaxAge.String(), settings.DefaultMaxAge.String()},
	} {
		if c.here != c.written {
			t.Errorf("%s is %q, and the constructs write %q", c.name, c.here, c.written)
		}
	}
}

// TestFieldsAreTheConstructs: a function does not start with a setting that it does not know, so that the constructs
// write none of those. TestEnvironmentIsReadBack has the other way.
func TestFieldsAreTheConstructs(t *testing.T) {
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
				t.Errorf("the constructs can write %s.%s, which no function reads", written, field.Name)
			}
		}
	}
}
