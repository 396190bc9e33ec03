package cloudassembly

// NestedStackType is the resource type of a nested stack.
const NestedStackType = "AWS::CloudFormation::Stack"

// kind is what Ref and Fn::GetAtt yield for a type of resource. In the patterns, {name} is the resource's name, {ref}
// what Ref yields, and {id...} an ID of that length. Lower-case words are explained at [Evaluator.placeholder]; other
// words are properties of the resource.
type kind struct {
	name       string // the property with the resource's name; if it is not set, the name is generated
	longest    int    // the longest generated name; 0 for no limit
	lower      bool   // generated names are in lower case
	ref        string // "" stands for {name}
	attributes map[string]string
}

// kindWithAttribute returns a kind with a single attribute, which is the same as Ref.
func kindWithAttribute(ref, attribute string) kind {
	return kind{ref: ref, attributes: map[string]string{attribute: ref}}
}

// domainNameARN is the ARN of a public domain.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
var domainNameARN = map[string]string{"DomainNameArn": "arn:{partition}:apigateway:{region}::/domainnames/{DomainName}"}

// balancerARN is the ARN of a load balancer.
const balancerARN = "arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/{balancer}/{name}/{hex16}"

// kinds are the types whose values templates of APIs use. For other types, Ref yields a generated name, and Fn::GetAtt
// fails.
// Source: "Return values" of each type at
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
var kinds = map[string]kind{
	"AWS::ApiGateway::RestApi": {ref: "{id10}", attributes: map[string]string{
		"RestApiId":      "{id10}",
		"RootResourceId": "{root10}",
	}},
	"AWS::ApiGateway::Resource":         kindWithAttribute("{id10}", "ResourceId"),
	"AWS::ApiGateway::Method":           {ref: "{id10}"},
	"AWS::ApiGateway::Authorizer":       kindWithAttribute("{id6}", "AuthorizerId"),
	"AWS::ApiGateway::Deployment":       kindWithAttribute("{id6}", "DeploymentId"),
	"AWS::ApiGateway::Stage":            {ref: "{StageName}"},
	"AWS::ApiGateway::RequestValidator": kindWithAttribute("{id6}", "RequestValidatorId"),
	"AWS::ApiGateway::Model":            {name: "Name"},
	"AWS::ApiGateway::GatewayResponse":  kindWithAttribute("{id10}", "Id"),
	"AWS::ApiGateway::ApiKey":           kindWithAttribute("{id10}", "APIKeyId"),
	"AWS::ApiGateway::UsagePlan":        kindWithAttribute("{id6}", "Id"),
	"AWS::ApiGateway::UsagePlanKey":     kindWithAttribute("{KeyId}:{UsagePlanId}", "Id"),
	"AWS::ApiGateway::VpcLink":          kindWithAttribute("{id6}", "VpcLinkId"),
	"AWS::ApiGateway::DomainName":       {ref: "{DomainName}", attributes: domainNameARN},
	"AWS::ApiGatewayV2::DomainName":     {ref: "{DomainName}", attributes: domainNameARN},
	"AWS::ApiGatewayV2::RoutingRule":    kindWithAttribute("{id6}", "RoutingRuleId"),
	"AWS::ApiGatewayV2::VpcLink":        kindWithAttribute("{id6}", "VpcLinkId"),

	"AWS::ElasticLoadBalancingV2::LoadBalancer": {
		name:    "Name",
		longest: 32,
		ref:     balancerARN,
		attributes: map[string]string{
			"DNSName":              "internal-{name}-{id10}.{region}.elb.{suffix}",
			"LoadBalancerArn":      balancerARN,
			"LoadBalancerFullName": "{balancer}/{name}/{hex16}",
			"LoadBalancerName":     "{name}",
		},
	},

	"AWS::Lambda::Function": {name: "FunctionName", longest: 64, attributes: map[string]string{
		"Arn": "arn:{partition}:lambda:{region}:{account}:function:{name}",
	}},
	"AWS::Lambda::Version": {ref: "{function}:1", attributes: map[string]string{
		"Version":     "1",
		"FunctionArn": "{function}:1",
	}},
	"AWS::Lambda::Alias": kindWithAttribute("{function}:{Name}", "AliasArn"),
	"AWS::Lambda::LayerVersion": {
		name:       "LayerName",
		longest:    64,
		ref:        "arn:{partition}:lambda:{region}:{account}:layer:{name}:1",
		attributes: map[string]string{"LayerVersionArn": "arn:{partition}:lambda:{region}:{account}:layer:{name}:1"},
	},
	"AWS::Lambda::Url": {ref: "{TargetFunctionArn}", attributes: map[string]string{
		"FunctionArn": "{TargetFunctionArn}",
		"FunctionUrl": "https://{id32}.lambda-url.{region}.on.aws/",
	}},

	"AWS::CloudFront::Distribution": {ref: "E{ID17}", attributes: map[string]string{
		"Id":         "E{ID17}",
		"DomainName": "d{id10}.cloudfront.net",
	}},

	"AWS::Cognito::UserPool": {ref: "{region}_{Id9}", attributes: map[string]string{
		"UserPoolId":   "{region}_{Id9}",
		"Arn":          "arn:{partition}:cognito-idp:{region}:{account}:userpool/{region}_{Id9}",
		"ProviderName": "cognito-idp.{region}.{suffix}/{region}_{Id9}",
		"ProviderURL":  "https://cognito-idp.{region}.{suffix}/{region}_{Id9}",
	}},
	"AWS::Cognito::UserPoolClient": {ref: "{id26}",
		attributes: map[string]string{"ClientId": "{id26}", "Name": "{ClientName}"}},
	"AWS::Cognito::UserPoolResourceServer":   {ref: "{Identifier}"},
	"AWS::Cognito::UserPoolGroup":            {name: "GroupName"},
	"AWS::Cognito::UserPoolIdentityProvider": {ref: "{ProviderName}"},
	"AWS::Cognito::UserPoolDomain":           {ref: "{Domain}"},
	"AWS::Cognito::IdentityPool":             kindWithAttribute("{region}:{uuid}", "Id"),

	"AWS::DynamoDB::Table": {name: "TableName", longest: 255, attributes: map[string]string{
		"Arn":       "arn:{partition}:dynamodb:{region}:{account}:table/{name}",
		"StreamArn": "arn:{partition}:dynamodb:{region}:{account}:table/{name}/stream/2020-01-01T00:00:00.000",
	}},
	"AWS::DynamoDB::GlobalTable": {name: "TableName", longest: 255, attributes: map[string]string{
		"Arn":       "arn:{partition}:dynamodb:{region}:{account}:table/{name}",
		"StreamArn": "arn:{partition}:dynamodb:{region}:{account}:table/{name}/stream/2020-01-01T00:00:00.000",
		"TableId":   "{uuid}",
	}},

	"AWS::SecretsManager::Secret": {
		name:       "Name",
		ref:        "arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-{Id6}",
		attributes: map[string]string{"Id": "arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-{Id6}"},
	},
	"AWS::SecretsManager::SecretTargetAttachment": kindWithAttribute("{SecretId}", "Id"),

	"AWS::IAM::Role": {name: "RoleName", longest: 64, attributes: map[string]string{
		"Arn":    "arn:{partition}:iam::{account}:role{path}{name}",
		"RoleId": "AROA{ID17}",
	}},
	"AWS::IAM::User": {name: "UserName", longest: 64, attributes: map[string]string{
		"Arn": "arn:{partition}:iam::{account}:user{path}{name}",
	}},
	"AWS::IAM::Group": {name: "GroupName", longest: 128, attributes: map[string]string{
		"Arn": "arn:{partition}:iam::{account}:group{path}{name}",
	}},
	"AWS::IAM::Policy": {ref: "{id10}", attributes: map[string]string{"Id": "{id10}"}},
	"AWS::IAM::ManagedPolicy": {
		name:       "ManagedPolicyName",
		longest:    128,
		ref:        "arn:{partition}:iam::{account}:policy{path}{name}",
		attributes: map[string]string{"PolicyArn": "arn:{partition}:iam::{account}:policy{path}{name}"},
	},

	"AWS::EC2::VPC":         kindWithAttribute("vpc-{hex17}", "VpcId"),
	"AWS::EC2::VPCEndpoint": kindWithAttribute("vpce-{hex17}", "Id"),

	"AWS::Logs::LogGroup": {name: "LogGroupName", attributes: map[string]string{
		"Arn": "arn:{partition}:logs:{region}:{account}:log-group:{name}:*",
	}},
	"AWS::Logs::LogStream": {name: "LogStreamName"},
	"AWS::S3::Bucket": {name: "BucketName", longest: 63, lower: true, attributes: map[string]string{
		"Arn":                "arn:{partition}:s3:::{name}",
		"DomainName":         "{name}.s3.{suffix}",
		"RegionalDomainName": "{name}.s3.{region}.{suffix}",
	}},
	"AWS::SQS::Queue": {
		name:    "QueueName",
		longest: 80,
		ref:     "https://sqs.{region}.{suffix}/{account}/{name}",
		attributes: map[string]string{
			"Arn":       "arn:{partition}:sqs:{region}:{account}:{name}",
			"QueueName": "{name}",
			"QueueUrl":  "https://sqs.{region}.{suffix}/{account}/{name}",
		},
	},
	"AWS::SNS::Topic": {
		name:       "TopicName",
		longest:    256,
		ref:        "arn:{partition}:sns:{region}:{account}:{name}",
		attributes: map[string]string{"TopicArn": "arn:{partition}:sns:{region}:{account}:{name}", "TopicName": "{name}"},
	},
	"AWS::KMS::Key": {ref: "{uuid}", attributes: map[string]string{
		"Arn":   "arn:{partition}:kms:{region}:{account}:key/{uuid}",
		"KeyId": "{uuid}",
	}},
	"AWS::KMS::Alias": {ref: "{AliasName}"},
	"AWS::SSM::Parameter": {name: "Name", attributes: map[string]string{
		"Value": "{Value}",
		"Type":  "{Type}",
		"Arn":   "arn:{partition}:ssm:{region}:{account}:parameter/{name}",
	}},
	"AWS::Events::EventBus": {name: "Name", attributes: map[string]string{
		"Arn":  "arn:{partition}:events:{region}:{account}:event-bus/{name}",
		"Name": "{name}",
	}},
	"AWS::StepFunctions::StateMachine": {
		name:    "StateMachineName",
		longest: 80,
		ref:     "arn:{partition}:states:{region}:{account}:stateMachine:{name}",
		attributes: map[string]string{
			"Arn":  "arn:{partition}:states:{region}:{account}:stateMachine:{name}",
			"Name": "{name}",
		},
	},
	NestedStackType: {ref: "arn:{partition}:cloudformation:{region}:{account}:stack/{name}/{uuid}"},
}
