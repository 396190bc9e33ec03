// Package apimodel models the resources of a CDK cloud assembly that a local run of its REST APIs needs: the APIs with
// their resources, methods, authorizers and stages, and the functions, permissions and user pools behind them.
//
//	a, err := cloudassembly.Read("cdk.out")
//	model := apimodel.Read(a, cloudassembly.Options{})
//	for _, api := range model.APIs {
//		for _, method := range api.Methods {
//			fmt.Println(api.Name, method.Verb, method.Path, method.Authorization)
//		}
//	}
//
// Whatever it cannot read or honour becomes a [Problem] of the object concerned. [Model.Blocking] lists the problems
// that keep a request from being served. The package does not serve anything itself.
package apimodel

import "github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"

// Read builds the model of an assembly's stacks. It always succeeds: what cannot be read becomes a [Problem].
func Read(a *cloudassembly.Assembly, o cloudassembly.Options) *Model {
	b := newBuilder(a, o)
	b.readNestedProblems()
	b.readFunctions()
	b.readIdentity()
	b.readTables()
	b.readPrincipals()
	b.readPermissions()
	b.readFunctionURLs()
	b.readAPIs()
	b.readResources()
	b.readAuthorizers()
	b.readSchemas()
	b.readMethods()
	b.readGatewayResponses()
	b.readStages()
	b.readTargets()
	b.readUsage()
	b.readDomains()
	b.readOthers()
	b.readTexts()
	b.finish()
	return b.model
}
