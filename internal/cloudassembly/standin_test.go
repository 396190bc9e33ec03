package cloudassembly

import (
	"regexp"
	"strings"
	"testing"
)

// TestStandIns checks that values look like those of AWS, by patterns of the real ones.
func TestStandIns(t *testing.T) {
	const template = `{"Resources": {
	  "Api": {"Type": "AWS::ApiGateway::RestApi"}, "Path": {"Type": "AWS::ApiGateway::Resource"},
	  "Auth": {"Type": "AWS::ApiGateway::Authorizer"}, "Key": {"Type": "AWS::ApiGateway::ApiKey"},
	  "Stage": {"Type": "AWS::ApiGateway::Stage", "Properties": {"StageName": "v1"}},
	  "Unnamed": {"Type": "AWS::ApiGateway::Stage"},
	  "Fn": {"Type": "AWS::Lambda::Function"},
	  "AVeryLongLogicalIdOfAFunctionThatDoesNotFitIntoItsNameAsItIs": {"Type": "AWS::Lambda::Function"},
	  "Version": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Fn"}}},
	  "Alias": {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Fn::GetAtt": ["Fn", "Arn"]},
		"Name": "live", "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]}}},
	  "Orphan": {"Type": "AWS::Lambda::Alias", "Properties": {"Name": "live"}},
	  "Pool": {"Type": "AWS::Cognito::UserPool"}, "Client": {"Type": "AWS::Cognito::UserPoolClient"},
	  "Server": {"Type": "AWS::Cognito::UserPoolResourceServer", "Properties": {"Identifier": "orders"}},
	  "Table": {"Type": "AWS::DynamoDB::GlobalTable"},
	  "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "key"}},
	  "Role": {"Type": "AWS::IAM::Role", "Properties": {"Path": "/team/"}}, "Policy": {"Type": "AWS::IAM::ManagedPolicy"},
	  "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/a/b"}},
	  "Bucket": {"Type": "AWS::S3::Bucket"},
	  "Queue": {"Type": "AWS::SQS::Queue"}, "Topic": {"Type": "AWS::SNS::Topic"}, "Custom": {"Type": "Custom::Thing"},
	  "Link": {"Type": "AWS::ApiGatewayV2::VpcLink"}, "Balancer": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer"},
	  "Network": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer",
		"Properties": {"Type": "network", "Name": "orders"}},
	  "Net": {"Type": "AWS::EC2::VPC"}, "Endpoint": {"Type": "AWS::EC2::VPCEndpoint"},
	  "Site": {"Type": "AWS::CloudFront::Distribution"}
	}}`
	a := parse(t, template)
	const arn = "^arn:aws:"
	const here = "us-east-1:123456789012:"
	for _, c := range []struct{ expression, want string }{
		{"Api", "^[a-z0-9]{10}$"},
		{"Api.RootResourceId", "^[a-z0-9]{10}$"},
		{"Path", "^[a-z0-9]{10}$"},
		{"Auth", "^[a-z0-9]{6}$"},
		{"Stage", "^v1$"},
		{"Key", "^[a-z0-9]{10}$"},
		{"Fn", "^Shop-Fn-[A-Z0-9]{12}$"},
		{"Fn.Arn", arn + "lambda:" + here + "function:Shop-Fn-[A-Z0-9]{12}$"},
		{"AVeryLongLogicalIdOfAFunctionThatDoesNotFitIntoItsNameAsItIs",
			"^Shop-AVeryLongLogicalId[A-Za-z]{28}-[A-Z0-9]{12}$"},
		{"Version", arn + "lambda:" + here + "function:Shop-Fn-[A-Z0-9]{12}:1$"},
		{"Alias", arn + "lambda:" + here + "function:Shop-Fn-[A-Z0-9]{12}:live$"},
		{"Pool", "^us-east-1_[A-Za-z0-9]{9}$"},
		{"Pool.Arn", arn + "cognito-idp:" + here + "userpool/us-east-1_[A-Za-z0-9]{9}$"},
		{"Pool.ProviderName", "^cognito-idp.us-east-1.amazonaws.com/us-east-1_[A-Za-z0-9]{9}$"},
		{"Pool.ProviderURL", "^https://cognito-idp.us-east-1.amazonaws.com/us-east-1_[A-Za-z0-9]{9}$"},
		{"Client", "^[a-z0-9]{26}$"},
		{"Server", "^orders$"},
		{"Table", "^Shop-Table-[A-Z0-9]{12}$"},
		{"Table.Arn", arn + "dynamodb:" + here + "table/Shop-Table-[A-Z0-9]{12}$"},
		{"Secret", arn + "secretsmanager:" + here + "secret:key-[A-Za-z0-9]{6}$"},
		{"Role.Arn", arn + "iam::123456789012:role/team/Shop-Role-[A-Z0-9]{12}$"},
		{"Role.RoleId", "^AROA[A-Z0-9]{17}$"},
		{"Policy", arn + "iam::123456789012:policy/Shop-Policy-[A-Z0-9]{12}$"},
		{"Logs.Arn", arn + "logs:" + here + "log-group:/a/b:\\*$"},
		{"Bucket", "^shop-bucket-[a-z0-9]{12}$"},
		{"Bucket.RegionalDomainName", "^shop-bucket-[a-z0-9]{12}.s3.us-east-1.amazonaws.com$"},
		{"Queue", "^https://sqs.us-east-1.amazonaws.com/123456789012/Shop-Queue-[A-Z0-9]{12}$"},
		{"Topic", arn + "sns:" + here + "Shop-Topic-[A-Z0-9]{12}$"},
		{"Link", "^[a-z0-9]{6}$"},
		{"Balancer", arn + "elasticloadbalancing:" + here + "loadbalancer/app/Shop-Balancer-[A-Z0-9]{12}/[0-9a-f]{16}$"},
		{"Balancer.LoadBalancerFullName", "^app/Shop-Balancer-[A-Z0-9]{12}/[0-9a-f]{16}$"},
		{"Balancer.DNSName", "^internal-Shop-Balancer-[A-Z0-9]{12}-[a-z0-9]{10}.us-east-1.elb.amazonaws.com$"},
		{"Network.LoadBalancerArn", arn + "elasticloadbalancing:" + here + "loadbalancer/net/orders/[0-9a-f]{16}$"},
		{"Net", "^vpc-[0-9a-f]{17}$"},
		{"Net.VpcId", "^vpc-[0-9a-f]{17}$"},
		{"Endpoint", "^vpce-[0-9a-f]{17}$"},
		{"Site", "^E[A-Z0-9]{17}$"},
		{"Site.DomainName", `^d[a-z0-9]{10}\.cloudfront\.net$`},
		{"Endpoint.Id", "^vpce-[0-9a-f]{17}$"},
		{"Custom", "^Shop-Custom-[A-Z0-9]{12}$"},
		{"AWS::StackId",
			arn + "cloudformation:" + here + "stack/Shop/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"},
	} {
		t.Run(c.expression, func(t *testing.T) {
			value := map[string]any{"Fn::Sub": "${" + c.expression + "}"}
			got, err := a.Evaluator(Options{}).Evaluate(a.stacks[0], "", "", value)
			if err != nil {
				t.Fatal(err)
			}
			if !regexp.MustCompile(c.want).MatchString(got.(string)) {
				t.Errorf("got %s, want %s", got, c.want)
			}
			again, err := parse(t, template).Evaluator(Options{}).Evaluate(a.stacks[0], "", "", value)
			if err != nil || again != got {
				t.Errorf("got %v, %v the second time and %v the first", again, err, got)
			}
		})
	}
	for _, id := range []string{"Unnamed", "Orphan"} {
		if got, err := a.Evaluator(Options{}).Evaluate(a.stacks[0], "", "", map[string]any{"Ref": id}); err == nil ||
			!strings.Contains(err.Error(), "is missing") {
			t.Errorf("%s lacks what its id is made of: got %v, %v, want an error", id, got, err)
		}
	}
}

// TestStandInsDiffer checks that no two resources share an id, also when stacks and resources are named alike.
func TestStandInsDiffer(t *testing.T) {
	seen := map[string]string{}
	for _, stack := range []string{"A", "B", "A/B"} {
		for _, id := range []string{"X", "Y", "XY"} {
			for _, use := range []string{"id", "root"} {
				got, name := pseudoRandom(&Stack{Path: stack}, id, use, lower, 10), stack+"|"+id+"|"+use
				if other, ok := seen[got]; ok {
					t.Errorf("%s and %s are both %s", name, other, got)
				}
				seen[got] = name
			}
		}
	}
}

func TestEnvironment(t *testing.T) {
	for _, c := range []struct {
		name, environment string
		options           Options
		want              string
	}{
		{"left open", "aws://unknown-account/unknown-region", Options{}, "123456789012 us-east-1 aws amazonaws.com"},
		{"left open, with options", "aws://unknown-account/unknown-region",
			Options{Account: "111122223333", Region: "eu-west-1"}, "111122223333 eu-west-1 aws amazonaws.com"},
		{"fixed, which comes before options", "aws://444455556666/ap-south-1",
			Options{Account: "111122223333", Region: "eu-west-1"}, "444455556666 ap-south-1 aws amazonaws.com"},
		{"China", "aws://444455556666/cn-north-1", Options{}, "444455556666 cn-north-1 aws-cn amazonaws.com.cn"},
		{"GovCloud", "aws://444455556666/us-gov-west-1", Options{}, "444455556666 us-gov-west-1 aws-us-gov amazonaws.com"},
		{"not said at all", "", Options{}, "123456789012 us-east-1 aws amazonaws.com"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := parse(t, `{"Resources": {}}`)
			s := a.stacks[0]
			s.Account, s.Region = environment(c.environment)
			got, err := a.Evaluator(c.options).Evaluate(s, "", "",
				map[string]any{"Fn::Sub": "${AWS::AccountId} ${AWS::Region} ${AWS::Partition} ${AWS::URLSuffix}"})
			if err != nil || got != c.want {
				t.Errorf("got %v, %v, want %s", got, err, c.want)
			}
		})
	}
}
