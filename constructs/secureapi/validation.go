package secureapi

import "github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"

// validation has what methods share to check requests.
type validation struct {
	models     map[string]*string // references to models, by name
	validators map[string]*string // references to validators, by construct ID

	ofOptions map[string]awsapigateway.RequestValidator // the validators of MethodOptions, by what they check
}
