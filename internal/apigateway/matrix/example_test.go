package matrix_test

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// The matrix of a template has a line for each route. It is the same as long as the access is the same.
func ExampleOf() {
	a, err := cloudassembly.Parse("Shop", []byte(`{"Resources": {
		"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "shop"}},
		"Health": {"Type": "AWS::ApiGateway::Method",
			"Metadata": {"gatehouse:public": "load balancers look here"}, "Properties": {
			"RestApiId": {"Ref": "Api"}, "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
			"HttpMethod": "GET", "AuthorizationType": "NONE", "Integration": {"Type": "MOCK"}}},
		"Create": {"Type": "AWS::ApiGateway::Method", "Properties": {
			"RestApiId": {"Ref": "Api"}, "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
			"HttpMethod": "POST", "AuthorizationType": "AWS_IAM", "Integration": {"Type": "MOCK"}}}}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := matrix.Of(apimodel.Read(a, cloudassembly.Options{}), "")
	if err != nil {
		fmt.Println(err) // the parts that are not known; the rest is in the matrix
	}
	fmt.Printf("%s", m.Text())
	// Output:
	// Shop/shop
	//   GET /: anyone: load balancers look here, answered by API Gateway itself
	//   POST /: whom IAM allows execute-api:Invoke, answered by API Gateway itself
}
