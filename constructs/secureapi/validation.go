package secureapi

import "github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"

// validation is what methods share to check requests.
type validation struct {
	models     map[string]*string // references to models, by name
	validators map[string]*string // references to validators, by construct id

	ofOptions map[string]awsapigateway.RequestValidator // those of MethodOptions, by what they check
}
