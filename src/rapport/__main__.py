from rapport.site.command import main

main(prog_name="rapport")
