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

// ownToken returns what an app's own function admits, by the identity of the function; or, with silent, what it neither
// allows nor denies.
func ownToken(identity string, silent bool) string {
	kind := "own-"
	if silent {
		kind = "silent-"
	}
	return "Bearer " + kind + base64.RawURLEncoding.EncodeToString([]byte(identity))
}

// ownFunction returns an app's own authorizer function: it admits one token to everything, and leaves the decision
// about another one to the resource policy.
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

// identityOf returns the identity of an app's own authorizer function: the one in the new API, if that has the
// authorizer.
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
