package stack

import (
	"path"
	"reflect"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/backend-fn/orders"
	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// backendPackage returns the import path of the backend's main package, which is beside the package of its logic.
func backendPackage() string { return path.Dir(reflect.TypeFor[orders.Order]().PkgPath()) }

// Packages returns the functions that the stack builds, for [gofunction.Prepare].
func Packages() []string { return []string{backendPackage(), secureapi.IncludedAuthorizer()} }

// newBackend creates the function that answers every route, and the table that stores the orders. The table is retained
// if the stack is deleted.
func newBackend(o *Orders) awslambda.Function {
	attribute := func(name string) *awsdynamodb.Attribute {
		return &awsdynamodb.Attribute{Name: &name, Type: awsdynamodb.AttributeType_STRING}
	}
	table := awsdynamodb.NewTableV2(o.Stack, jsii.String("Table"), &awsdynamodb.TablePropsV2{
		PartitionKey: attribute(orders.PartitionKey),
		SortKey:      attribute(orders.SortKey),
		PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{
			PointInTimeRecoveryEnabled: jsii.Bool(true),
		},
	})
	backend := gofunction.New(o.Stack, "Backend", &gofunction.Props{
		Package:     backendPackage(),
		Environment: map[string]string{orders.TableVariable: *table.TableName()},
	})
	table.Grant(backend, *jsii.Strings(orders.TableActions()...)...)
	return backend
}
