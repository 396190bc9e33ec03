package settings

import "errors"

// lambdaRoot is the folder of a function's code in Lambda. It is the value of LAMBDA_TASK_ROOT, which a function's
// configuration cannot set.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
const lambdaRoot = "/var/task"

// Misplaced returns an error if a function runs on Lambda but was built for a developer's machine. Such a function must
// not be deployed, and only a warning prevents that.
func Misplaced(getenv func(string) string) error {
	return misplaced(RunsHere, getenv("LAMBDA_TASK_ROOT"))
}

func misplaced(runsHere bool, root string) error {
	if runsHere && root == lambdaRoot {
		return errors.New("this function was built for a developer's machine and is not to run on Lambda: synthesize and " +
			"deploy again, without GATEHOUSE_HOST_BUILD")
	}
	return nil
}
