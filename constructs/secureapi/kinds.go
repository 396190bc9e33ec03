package secureapi

import (
	"fmt"
	"reflect"
	"strings"
)

// kinds are the kinds of authorizers.
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
	// value returns the authorizer if it has this type or is a pointer to it. It returns an error for a nil pointer.
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

// valueOf returns an authorizer in the form that the rest of the package uses. A pointer has the methods of what it
// points to, so it is an Authorizer too. So is a struct that embeds an authorizer, which must not pass for the kind
// that it embeds.
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
