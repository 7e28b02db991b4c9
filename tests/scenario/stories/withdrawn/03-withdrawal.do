withdraw {document of: retirar as suas tropas} --reason "withdrawn by its paper" --author "R. Dias"
