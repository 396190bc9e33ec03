package apimodel

import (
	"encoding/json"
)

// ownSchemas are the models that each API has from the start, as documented for Model in https://github.com/aws/aws-cdk
// (packages/aws-cdk-lib/aws-apigateway/lib/model.ts).
var ownSchemas = []*Schema{
	{Name: "Empty", JSON: json.RawMessage(
		`{"$schema":"http://json-schema.org/draft-04/schema#","title":"Empty Schema","type":"object"}`,
	)},
	{Name: "Error", JSON: json.RawMessage(
		`{"$schema":"http://json-schema.org/draft-04/schema#","title":"Error Schema","type":"object",` +
			`"properties":{"message":{"type":"string"}}}`,
	)},
}

// readSchemas reads validators and schemas.
func (b *builder) readSchemas() {
	for _, api := range b.model.APIs {
		for _, s := range ownSchemas {
			b.schemas[inAPI{api, s.Name}] = s
			api.Schemas = append(api.Schemas, s)
		}
	}
	b.each("AWS::ApiGateway::RequestValidator", func(r *reader) {
		if api := b.apiOf(r); api != nil {
			v := &Validator{
				ID: r.id, Body: r.bool("ValidateRequestBody"), Parameters: r.bool("ValidateRequestParameters"),
			}
			b.validators[inAPI{api, r.physicalID()}] = v
		}
	})
	b.each("AWS::ApiGateway::Model", func(r *reader) {
		if api := b.apiOf(r); api != nil {
			s := &Schema{ID: r.id, Name: r.physicalID(), JSON: r.json("Schema")}
			b.schemas[inAPI{api, s.Name}] = s
			api.Schemas = append(api.Schemas, s)
		}
	})
}
