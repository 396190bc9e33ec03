package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"path/filepath"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// ownToken is what a function of the app's own admits, by the names of the function and of its code; or what it neither
// allows nor denies, if it is to be silent.
func ownToken(identity string, silent bool) string {
	kind := "own-"
	if silent {
		kind = "silent-"
	}
	return "Bearer " + kind + base64.RawURLEncoding.EncodeToString([]byte(identity))
}

// ownFunction is an authorizer's function of the app's own: it admits one token to everything, and lets the resource
// policy decide of another one.
func ownFunction(f *apimodel.Function) apigateway.Handler {
	identity := f.ID.String() + " " + filepath.Base(f.Code.Folder)
	allows := map[string]string{
		ownToken(identity, false): "*",
		ownToken(identity, true):  "arn:aws:execute-api:*:*:*/nothing",
	}
	return func(_ context.Context, payload []byte) ([]byte, error) {
		var event struct{ AuthorizationToken string }
		if err := json.Unmarshal(payload, &event); err != nil {
			return nil, err
		}
		resource, known := allows[event.AuthorizationToken]
		if !known {
			return nil, errors.New("Unauthorized")
		}
		return json.Marshal(object{"principalId": "own", "policyDocument": object{"Version": "2012-10-17",
			"Statement": []any{object{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resource}}}})
	}
}

// identityOf is what the function of an authorizer of the app's own decides by: in the new API, if it has one of the
// name.
func (p pair) identityOf(name string) string {
	for _, a := range []*api{p.new, p.old} {
		for _, g := range a.guards {
			if g.kind == own && g.name == name {
				return g.identity()
			}
		}
	}
	return ""
}
