package secureapi

import (
	"maps"
	"slices"
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan/domain"
)

// addRules creates the routing rules, and sets the routing mode of the domain, which by default has no rules.
func (b *builder) addRules(rules []RoutingRule) {
	if len(rules) == 0 {
		return
	}
	resource := b.api.domain.Node().DefaultChild().(awsapigateway.CfnDomainName)
	if resource.RoutingMode() == nil {
		resource.SetRoutingMode(jsii.String(domain.RulesThenMappings))
	}
	for _, r := range rules {
		var conditions []any
		for _, name := range slices.Sorted(maps.Keys(r.Headers)) {
			conditions = append(conditions, map[string]any{"MatchHeaders": map[string]any{
				"AnyOf": []any{map[string]any{"Header": name, "ValueGlob": r.Headers[name]}},
			}})
		}
		if r.BasePath != "" {
			conditions = append(conditions, map[string]any{"MatchBasePaths": map[string]any{"AnyOf": []any{r.BasePath}}})
		}
		invoke := map[string]any{"ApiId": b.rest.RestApiId(), "Stage": b.rest.DeploymentStage().StageName()}
		if r.StripBasePath {
			invoke["StripBasePath"] = true
		}
		awscdk.NewCfnResource(b.api, jsii.String("DomainRule"+strconv.Itoa(r.Priority)), &awscdk.CfnResourceProps{
			Type: jsii.String("AWS::ApiGatewayV2::RoutingRule"),
			Properties: &map[string]any{
				"DomainNameArn": resource.AttrDomainNameArn(),
				"Priority":      r.Priority,
				"Conditions":    conditions,
				"Actions":       []any{map[string]any{"InvokeApi": invoke}},
			},
		})
	}
}
