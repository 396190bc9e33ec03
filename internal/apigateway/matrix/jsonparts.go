package matrix

import (
	"encoding/json"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

func (d Document) json() *jsonPolicy {
	if d.Statements == nil && d.NotKnown == "" {
		return nil
	}
	out := &jsonPolicy{Statements: []json.RawMessage{}, NotKnown: d.NotKnown}
	for _, s := range d.Statements {
		out.Statements = append(out.Statements, json.RawMessage(s))
	}
	return out
}

func jwtJSON(j *apimodel.JWT) *jsonJWT {
	if j == nil {
		return nil
	}
	out := &jsonJWT{Algorithms: notNil(j.Algorithms)}
	for _, i := range j.Issuers {
		made := jsonIssuer{URL: i.URL, Audiences: notNil(i.Audiences)}
		for _, c := range i.Claims {
			made.Claims = append(made.Claims, jsonClaim(c))
		}
		out.Issuers = append(out.Issuers, made)
	}
	return out
}
