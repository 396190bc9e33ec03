package strictjson

import (
	"encoding/json"
	"testing"
)

const claims = `{"iss":"https://issuer.example.com/","sub":"auth0|5f7c8ec7c33c6c004bbafe82",` +
	`"aud":["https://api.example.com/orders","https://issuer.example.com/userinfo"],` +
	`"iat":1700000000,"nbf":1700000000,"exp":1700003600,"azp":"my_client_id",` +
	`"scope":"openid profile orders:read orders:write","groups":["staff","admins"]}`

// event is a REQUEST event in the shape that API Gateway sends.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
const event = `{"type":"REQUEST","methodArn":"arn:aws:execute-api:us-east-1:123456789012:abcdef123/test/GET/request",` +
	`"resource":"/request","path":"/request","httpMethod":"GET",` +
	`"headers":{"X-AMZ-Date":"20170718T062915Z","Accept":"*/*",` +
	`"Authorization":"Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl","CloudFront-Viewer-Country":"US",` +
	`"CloudFront-Forwarded-Proto":"https","CloudFront-Is-Tablet-Viewer":"false",` +
	`"CloudFront-Is-Mobile-Viewer":"false","User-Agent":"Mozilla/5.0 (X11; Linux x86_64)"},` +
	`"multiValueHeaders":{"Accept":["*/*"],"Authorization":["Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl"]},` +
	`"queryStringParameters":{"QueryString1":"queryValue1"},"pathParameters":{},` +
	`"stageVariables":{"StageVar1":"stageValue1"},` +
	`"requestContext":{"path":"/request","accountId":"123456789012","resourceId":"05c7jb","stage":"test",` +
	`"requestId":"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",` +
	`"identity":{"apiKey":"k","sourceIp":"192.0.2.1","clientCert":null},` +
	`"resourcePath":"/request","httpMethod":"GET","apiId":"abcdef123"}}`

func BenchmarkParse(b *testing.B) {
	for name, text := range map[string]string{"claims": claims, "event": event} {
		b.Run(name+"/strictjson", func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			var d Document
			for b.Loop() {
				if _, err := d.Parse(text); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/encoding-json-valid", func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			bytes := []byte(text)
			for b.Loop() {
				if !json.Valid(bytes) {
					b.Fatal("invalid")
				}
			}
		})
		b.Run(name+"/encoding-json-map", func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			bytes := []byte(text)
			for b.Loop() {
				var m map[string]any
				if err := json.Unmarshal(bytes, &m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
