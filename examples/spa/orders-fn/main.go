// Command orders-fn answers the orders API. It does not check who may read or write: each handler is called only for
// the route that API Gateway authorized. It keeps orders in memory, which is enough to try it: a real one has a table.
package main

import "github.com/gatehouse-cdk/gatehouse/lambdahttp"

func main() { lambdahttp.Start(newService().routes()) }
