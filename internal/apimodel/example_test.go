package apimodel_test

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// The routes of an assembly, with how each is guarded.
func ExampleRead() {
	a, err := cloudassembly.Read("../cloudassembly/testdata/shop")
	if err != nil {
		fmt.Println(err)
		return
	}
	m := apimodel.Read(a, cloudassembly.Options{})
	for _, api := range m.APIs {
		for _, method := range api.Methods {
			fmt.Println(api.Name, method.Verb, method.Path, method.Authorization)
			for _, problem := range m.Blocking(api, nil, method) {
				fmt.Println("  not run:", problem.What)
			}
		}
	}
	// Output:
	// Api GET / COGNITO_USER_POOLS
	// orders GET /admin AWS_IAM
	// orders GET /elsewhere NONE
	// orders ANY /files/{proxy+} AWS_IAM
	// orders GET /health NONE
	// orders GET /orders CUSTOM
	// orders OPTIONS /orders NONE
	// orders POST /orders CUSTOM
	// orders DELETE /orders/{id} AWS_IAM
	// orders GET /orders/{id} COGNITO_USER_POOLS
	// orders PUT /orders/{id} CUSTOM
	// orders POST /queue NONE
}

// This reads one template without a folder. A value that AWS would choose at deployment has a fixed replacement.
func ExampleRead_template() {
	a, err := cloudassembly.Parse("Shop", []byte(`{"Resources": {
		"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {
			"Name": {"Fn::Join": ["-", ["shop", {"Ref": "AWS::Region"}]]}}},
		"Stage": {"Type": "AWS::ApiGateway::Stage", "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": "prod"}}}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	m := apimodel.Read(a, cloudassembly.Options{Region: "eu-central-1"})
	fmt.Println(m.APIs[0].Name, m.APIs[0].Stages[0].Name, len(m.APIs[0].APIID))
	// Output: shop-eu-central-1 prod 10
}
