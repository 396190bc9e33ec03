package apigateway

import (
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// refusedMethod says, by verb, why Lambda refuses the invocations that API Gateway makes for a method of the stage.
// Verbs whose invocations are permitted are not in the result.
func (st *stage) refusedMethod(m *apimodel.Method) map[string]string {
	f, qualifier := m.Integration.FunctionOn(st.stage)
	if f == nil {
		return nil
	}
	out := map[string]string{}
	for _, verb := range m.Verbs(st.api) {
		ok, why := st.served.model.Permitted(apimodel.Invocation{
			API: st.api, Function: f, Qualifier: qualifier, Credentials: m.Integration.Credentials,
			SourceARN: st.api.MethodARN(st.stage.Name, verb, m.Path),
		})
		if !ok {
			out[verb] = why
		}
	}
	return out
}

// refusedAuthorizer says why Lambda refuses the invocations of an authorizer; "" if it does not.
func (st *stage) refusedAuthorizer(a *apimodel.Authorizer) string {
	f, qualifier := a.FunctionOn(st.stage)
	if f == nil {
		return ""
	}
	ok, why := st.served.model.Permitted(apimodel.Invocation{
		API: st.api, Function: f, Qualifier: qualifier, Credentials: a.Credentials, SourceARN: st.api.AuthorizerARN(a),
	})
	if ok {
		return ""
	}
	return why
}

// noPermission returns the answer for a function that API Gateway may not invoke. Its execution log says "Invalid
// permissions on Lambda function".
//
// Sources: https://repost.aws/knowledge-center/api-gateway-rest-api-lambda-integrations for the status, and an access
// log with the response type and the message at https://sal-blog.com/iam-api-gateway-500error
func noPermission(why string) *mapping.Failure {
	f := mapping.Internal(500, why)
	f.Type, f.ErrorType = mapping.APIConfigurationError, "InternalServerErrorException"
	return f
}

// Permissions lists the AWS::Lambda::Permission resources that the served APIs lack, or that cannot be read: a line for
// each reason, with the routes and authorizers that answer 500 because of it.
func (g *Gateway) Permissions() (notes []string) {
	s := g.live.Load()
	told := map[*apimodel.API]bool{}
	for _, name := range sortedKeys(s.stages) {
		if api := s.stages[name].api; !told[api] {
			told[api] = true
			notes = append(notes, s.model.PermissionNotes(api)...)
		}
	}
	return notes
}
