package cloudassembly_test

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// This lists the stacks of an assembly, including those of stages and nested ones.
func ExampleRead() {
	a, err := cloudassembly.Read("testdata/shop")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, stack := range a.Stacks() {
		fmt.Println(stack.Path)
	}
	// Output:
	// More
	// Prod/Shared
	// Prod/Shop
	// Shared
	// Shop
	// More/RoutesNestedStackRoutesNestedStackResource887AB1AF
}

// This reads one template without a folder. A value that AWS would choose at deployment has a fixed replacement.
func ExampleParse() {
	a, err := cloudassembly.Parse("Shop", []byte(`{"Resources": {
		"Orders": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::Sub": "orders-${AWS::Region}"}}}}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	e := a.Evaluator(cloudassembly.Options{Region: "eu-central-1"})
	fmt.Println(e.Evaluate(a.Stacks()[0], "", "", map[string]any{"Fn::GetAtt": []any{"Orders", "Arn"}}))
	// Output: arn:aws:sqs:eu-central-1:123456789012:orders-eu-central-1 <nil>
}
