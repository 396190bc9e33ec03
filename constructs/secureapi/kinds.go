package secureapi

import (
	"fmt"
	"reflect"
	"strings"
)

// kinds are the kinds of authorizer.
var kinds = []kind{
	kindOf[TokenAuthorizer](),
	kindOf[RequestAuthorizer](),
	kindOf[SessionAuthorizer](),
	kindOf[CognitoAuthorizer](),
	kindOf[JWTAuthorizer](),
	kindOf[IAMAuthorizer](),
}

// kind is a type of authorizer.
type kind struct {
	name string
	// value is the authorizer if it is of this kind or a pointer to it; the error says that the pointer is nil.
	value func(Authorizer) (a Authorizer, is bool, err error)
}

func kindOf[T Authorizer]() kind {
	return kind{reflect.TypeFor[T]().Name(), func(a Authorizer) (Authorizer, bool, error) {
		switch a := any(a).(type) {
		case T:
			return a, true, nil
		case *T:
			if a == nil {
				return nil, true, fmt.Errorf("it is a nil %T", a)
			}
			return *a, true, nil
		}
		return nil, false, nil
	}}
}

// valueOf is an authorizer as the rest of the package knows it. A pointer has the methods of what it points to, so
// Authorizer takes it; and so does a struct that embeds one, which must not pass for the kind it embeds.
func valueOf(a Authorizer) (Authorizer, error) {
	var names []string
	for _, k := range kinds {
		if value, is, err := k.value(a); is {
			return value, err
		}
		names = append(names, k.name)
	}
	last := len(names) - 1
	return nil, fmt.Errorf(
		"unsupported authorizer type %T: use a %s or %s",
		a,
		strings.Join(names[:last], ", "),
		names[last],
	)
}
