package apigateway

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// TestInProcess has the authorizer's function answered for in this process: its policy decides, and its errors are the
// function's own.
func TestInProcess(t *testing.T) {
	var asked []string
	api := Start(t, assemblyOf(t, shop()), Options{
		InProcess: func(f *apimodel.Function, _ map[string]string) Handler {
			if f.ID.LogicalID != "AuthFn" {
				return nil
			}
			return func(_ context.Context, payload []byte) ([]byte, error) {
				asked = append(asked, string(payload))
				if strings.Contains(string(payload), "Bearer bad") {
					return nil, errors.New("Unauthorized")
				}
				return []byte(`{"principalId":"alice","policyDocument":{"Version":"2012-10-17","Statement":[{` +
					`"Effect":"Allow","Action":"execute-api:Invoke",` +
					`"Resource":"arn:aws:execute-api:*:*:*/prod/GET/orders/mine"}]}}`), nil
			}
		},
	})
	for _, tt := range []struct {
		name, target, token string
		want                int
	}{
		{"what its policy allows", "GET /prod/orders/mine", "Bearer good", 200},
		{"what its policy leaves out", "GET /prod/orders", "Bearer good", 403},
		{"its error", "GET /prod/orders/mine", "Bearer bad", 401},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked = nil
			answer, body := send(t, api.URL, tt.target, "Authorization: "+tt.token)
			if answer.StatusCode != tt.want || len(asked) != 1 {
				t.Errorf("got %d %s after %d questions, want %d after one", answer.StatusCode, body, len(asked), tt.want)
			}
		})
	}
}
