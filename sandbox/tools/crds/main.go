// Prints the CustomResourceDefinitions that a Velero release installs, as one JSON array.
package main

import (
	"encoding/json"
	"log"
	"os"

	"github.com/vmware-tanzu/velero/config/crd/v1/crds"
)

func main() {
	if err := json.NewEncoder(os.Stdout).Encode(crds.CRDs); err != nil {
		log.Fatal(err)
	}
}
